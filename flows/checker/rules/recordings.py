"""T406: texts that callers hear and nobody recorded."""

from __future__ import annotations

from collections.abc import Iterator

from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject


@rule("T406", "no-recording", "info")
def no_recording(subject: Subject) -> Iterator[Finding]:
    """In a shop with recordings, a text that callers hear has none.

    What it does
    Runs where there is a folder `prompts/` beside the flow. Compares its files with every text that is known before a call,
    as `dialcart prompts` lists them, and tells them together by step.

    Why
    A voice from the machine speaks what was not recorded, in the middle of what a person said. Mostly a text was edited
    after the studio.

    Example
    ```flow
    shop 老王面馆
      channels voice

    step start
      say 您好，欢迎光临。
      goodbye
    ```
    ```recorded zh
    老王面馆
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice

    step start
      say 您好，欢迎光临。
      goodbye
    ```
    ```recorded zh
    您好，欢迎光临
    ```
    """
    if "voice" not in subject.program.channels:
        return
    if not subject.steps:
        return
    spans = {step.name: step.span for step in subject.steps}
    for language, missing in subject.beside.unrecorded.items():
        by_span: dict[s.Span | None, list[str]] = {}
        for text in missing:
            # A question is named by its step and its ordinal in it.
            span = spans.get(text.where) or spans.get(text.where.rpartition(".")[0])
            by_span.setdefault(span, []).append(text.text)
        for span, texts in by_span.items():
            where = "in this step" if span else "of products and of the platform"
            several = len(texts) > 1
            yield Finding(
                span or subject.steps[0].span,
                f"{len(texts)} text{'s' * several} {where} {'have' if several else 'has'}"
                f" no recording in `{language}`: `{texts[0]}`{' and others' * several}",
                "`dialcart prompts --export script.csv` lists what to record",
            )
