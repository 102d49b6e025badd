"""Block Kit as Slack checks it: which blocks and elements there are, what they hold, and where they may stand."""
