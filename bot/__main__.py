"""`python -m bot` is `runbell`."""

from __future__ import annotations

from bot.cli import cli


def main() -> None:
    cli(prog_name="runbell")


if __name__ == "__main__":
    main()
