"""Decisions as text on a terminal."""

from rich.table import Table

from alsolike.evaluation.table import printed
from alsolike.promotion.switch import Decision


def decision_text(decision: Decision) -> str:
    """Return the gate's checks as a table, and which model serves now."""
    if decision.kind == "none":
        return f"{decision.model} serves already."
    if decision.kind == "rollback":
        return f"{decision.model} serves again instead of {decision.previous}."
    lines: list[str] = []
    if decision.checks:
        table = Table("check", decision.model, decision.previous or "", "wanted", "")
        for check in decision.checks:
            figures = (
                "–" if value is None else f"{value:.4f}"
                for value in (check.candidate, check.serving)
            )
            verdict = "passed" if check.is_passed else "FAILED"
            table.add_row(check.name, *figures, check.wanted, verdict)
        lines.append(printed(table))
    if decision.kind != "refuse":
        instead = f" instead of {decision.previous}" if decision.previous else ""
        lines.append(f"{decision.model} serves now{instead}. Back: alsolike rollback")
    return "\n".join(lines)
