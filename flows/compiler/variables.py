"""The names that a flow gives values to, with the type of each."""

from __future__ import annotations

from collections.abc import Mapping

from flows import expression as e
from flows import schema
from flows import syntax as s
from flows.compiler.statements import arguments_of, statements
from flows.compiler.wordings import SLOT

ANSWER_TYPES = {
    "product": "product",
    "number": "number",
    "money": "money",
    "yesno": "yesno",
    "date": "date",
}
"""Kind of answer to the type of its variable; the others are text."""


def variables_of(
    flow: s.Flow, steps: Mapping[str, s.Step], names: Mapping[int, str]
) -> dict[str, str]:
    """Types by name, sorted; `names` are those of waits, by the `id()` of their statements."""
    return _Variables(flow, steps, names).found()


class _Variables:
    def __init__(self, flow: s.Flow, steps: Mapping[str, s.Step], names: Mapping[int, str]) -> None:
        self.flow = flow
        self.steps = steps
        self.names = names
        self.variables: dict[str, str] = {}

    def found(self) -> dict[str, str]:
        for block in self.flow.blocks:
            if isinstance(block, s.Anywhere):
                for option in block.options:
                    for name, kind in SLOT.findall(option.label.base):
                        self.variables.setdefault(name, ANSWER_TYPES.get(kind, "text"))
        operations = {
            f"{block.name}.{operation.name}": operation
            for block in self.flow.blocks
            if isinstance(block, s.Service)
            for operation in block.operations
        }
        # Twice, since a value may be computed from a variable that stands further down in the file.
        for _ in range(2):
            for step in self.steps.values():
                for statement in statements(step.body):
                    self._type_of_statement(statement, operations)
        return dict(sorted(self.variables.items()))

    def _type_of_statement(
        self, statement: s.Statement, operations: dict[str, s.Operation]
    ) -> None:
        match statement:
            case s.Ask(name=name, type=kind):
                found = ANSWER_TYPES.get(kind.kind, "text")
                if kind.kind == "choice":
                    found = f"choice:{self.names[id(statement)]}"
                self.variables.setdefault(name, found)
            case s.Assign(path=path, value=value) if path not in schema.ASSIGNABLE:
                found = self._type(value)
                if found:
                    self.variables.setdefault(path, found)
            case s.Request(name=name, call=call):
                try:
                    parsed = e.parse_service_call(call)
                except e.ExpressionError:
                    return
                operation = operations.get(f"{parsed.service}.{parsed.operation}")
                if operation:
                    fields = ",".join(f"{field}={kind}" for field, kind in operation.results)
                    self.variables.setdefault(name, f"answer:{fields}")
            case s.Call(target=target, arguments=arguments) if target in self.steps:
                for name, value in zip(
                    self.steps[target].parameters, arguments_of(arguments), strict=False
                ):
                    try:
                        self.variables.setdefault(name, schema.type_of(value, self.variables))
                    except e.ExpressionError:
                        continue
            case _:
                pass

    def _type(self, text: str) -> str | None:
        try:
            return schema.type_of(e.parse_expression(text), self.variables)
        except e.ExpressionError:
            return None
