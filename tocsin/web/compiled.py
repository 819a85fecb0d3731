"""How templates become Python here: Jinja's own way, but in larger pieces."""

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape


class Compiler(CodeGenerator):
    """
    Writes what a loop or an included template says as one piece. Jinja hands on each few characters by themselves, through every template
    that they stand within: for a page with a long table that is half of the time it takes.
    """

    def write_commons(self) -> None:
        """Begin a function of a template."""
        super().write_commons()
        self.writeline("escape = environment.escape")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802 - Jinja names it
        """Include a template. It must be there, and sees the names around it."""
        self.writeline("template = environment.get_template(", node)
        self.visit(node.template, frame)
        self.write(f", {self.name!r})")
        self.start_write(frame)
        self.write(f"concat(template.root_render_func(template.new_context(context.get_all(), True, {self.dump_local_context(frame)})))")
        self.end_write(frame)

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802 - Jinja names it
        """Go through a loop."""
        if frame.buffer is not None:
            super().visit_For(node, frame)
            return
        frame.buffer = said = self.temporary_identifier()
        self.writeline(f"{said} = []")
        super().visit_For(node, frame)
        frame.buffer = None
        self.writeline(f"yield concat({said})")


def escaped(value: Any) -> str:
    """Return a value as a template says it."""
    kind = type(value)
    return value if kind is Markup else str(value) if kind is int else escape(value)
