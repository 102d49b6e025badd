"""The composition root: what is made here fits together, and nothing else makes it."""

from __future__ import annotations

from bot.app.bolts import slack_session
from bot.app.builds import build
from bot.app.doors import slack_door
from bot.app.lives import running, serve
from bot.app.parts import App

__all__ = ["App", "build", "running", "serve", "slack_door", "slack_session"]
