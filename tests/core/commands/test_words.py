"""What phones, keyboards and Slack make of what was typed, and how it comes back as words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.commands.words import normalised, quoted, split


@pytest.mark.parametrize(
    "text, words",
    [
        ("", []),
        (" \t\n ", []),
        ("runs dns", ["runs", "dns"]),
        ("run dns “bump the image”", ["run", "dns", "bump the image"]),
        ("run dns „bump“ «now»", ["run", "dns", "bump", "now"]),
        ("run dns ‘bump’", ["run", "dns", "'bump'"]),
        ("run\u00a0dns\u2009\u202fnow\u3000", ["run", "dns", "now"]),
        ("run dns —destroy", ["run", "dns", "--destroy"]),
        ("run dns ––destroy –plan-only", ["run", "dns", "--destroy", "--plan-only"]),
        ("run dns ‑‑destroy −−Debug ⸺plan-only -–debug", ["run", "dns", "--destroy", "--Debug", "--plan-only", "--debug"]),  # noqa: RUF001
        ("thanks —Ana – see 2–3 -x", ["thanks", "—Ana", "–", "see", "2–3", "-x"]),
        ("ｒｕｎ　ｄｎｓ－ｐｒｏｄ　－－ｄｅｓｔｒｏｙ --version＝abc1234", ["run", "dns-prod", "--destroy", "--version=abc1234"]),  # noqa: RUF001
        ("更新，第２回（完了） ok！ ＂a b＂ '”ＡＢ”'", ["更新，第２回（完了）", "ok！", "a b", "'ＡＢ'"]),  # noqa: RUF001
        ("`show dns`", ["show", "dns"]),
        ("show ```dns``` `a`b` ``", ["show", "dns", "`a`b`", "``"]),
        ("\u202arun\u200e d\u00adns\u202c", ["run", "dns"]),
        ("run dns fix — again", ["run", "dns", "fix", "—", "again"]),
        ('say "hi there', ["say", '"hi', "there"]),
        ('raise to 5" screens', ["raise", "to", '5"', "screens"]),
        (r'say "a \"quoted\" word" \n', ["say", 'a "quoted" word', r"\n"]),
        ('a"b c"d', ["ab cd"]),
        ('""', [""]),
        ("x&lt;y &amp;&amp; &amp;lt;", ["x<y", "&&", "&lt;"]),
        ("show <https://tfe.example/app/a/workspaces/b/runs/run-1234>", ["show", "https://tfe.example/app/a/workspaces/b/runs/run-1234"]),
        ("show <https://tfe.example/runs/run-1234|run-1234>", ["show", "https://tfe.example/runs/run-1234"]),
        ("ask <mailto:ana@acme.example|ana@acme.example>", ["ask", "ana@acme.example"]),
        ("run <http://shop.example|shop.example> <tel:+4930|+4930>", ["run", "shop.example", "+4930"]),
        ("show <http://shop.example/|http://shop.example>", ["show", "http://shop.example/"]),
        ("since <!date^1790000000^{date}|last Monday> now", ["since", "last", "Monday", "now"]),
        ("run\u200b dn\u2060s\ufeff", ["run", "dns"]),
        (r'say "\u{201c}hi\u{A0}there\u{201d}" "\u{110000}" "\u"', ["say", "“hi\u00a0there”", "u{110000}", "u"]),
        ('"—destroy" —"destroy"', ["—destroy", "—destroy"]),
        ("by <@U0ANA|ana> and <@U0KIM>", ["by", "@ana", "and", "@U0KIM"]),
        ("in <#C0DEPLOYS|deploys> or <#C0INFRA|>", ["in", "#deploys", "or", "#C0INFRA"]),
        ("tell <!channel> <!subteam^S0PLATFORM|@platform> <!subteam^S1>", ["tell", "@channel", "@platform", "@subteam^S1"]),
    ],
)
def test_words_are_what_the_person_meant(text: str, words: list[str]) -> None:
    assert split(text) == words


ODD = '"\\ab -—&lt;<@!#|>^“”{}u20\u200bht:`－ｄ１！＂'  # noqa: RUF001 - what is rewritten, and what it is made of
TYPED = st.text(st.characters(codec="utf-8"), max_size=60) | st.text(ODD, max_size=40)


@given(TYPED)
def test_no_text_is_too_odd_for_words(text: str) -> None:
    words = split(text)
    assert all(isinstance(word, str) for word in words)
    assert split(text) == words
    assert bool(words) or not normalised(text)


@given(TYPED)
def test_what_is_not_quoted_keeps_every_letter(text: str) -> None:
    plain = text.replace('"', "").replace("\\", "")
    shown = normalised(plain)
    if not re.search(r"[\"`—–―⸺‐‑‒−－﹣！-～]", shown):  # noqa: RUF001 - what is rewritten
        assert " ".join(split(plain)) == shown


@given(TYPED)
def test_a_quoted_word_comes_back_as_itself(word: str) -> None:
    assert split(quoted(word)) == [word]


@given(st.lists(TYPED, max_size=5))
def test_quoted_words_stay_apart(words: list[str]) -> None:
    assert split(" ".join(map(quoted, words))) == words


@pytest.mark.parametrize("piece", ["<http:", "<!date^", "<@U|", "`", '"', "&amp;", "\\", "- ", "ｄ", "—"])  # noqa: RUF001 - as typed
def test_words_that_go_on_and_on_are_read_in_no_time(piece: str) -> None:
    """Each reading goes over the text a bounded number of times; one that begins anew at every letter takes minutes here."""
    assert split(piece * (200_000 // len(piece))) is not None


@pytest.mark.parametrize("word", ["dns", "acme/dns-*", "run-7bQ2", "a<b", "x&&y", "--destroy", "第２回", "ok！"])  # noqa: RUF001
def test_a_plain_word_needs_no_quotes(word: str) -> None:
    assert quoted(word) == word
