"""A migration that makes every table of an app at once."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState


class Squashed(Migration):
    """
    Django makes the classes of all models that refer to each other anew after each table, which grows with the square of them.

    Here they are made once, after the last, and every table from them. Only for operations that look at nothing in between: creating.
    """

    def apply(self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False) -> ProjectState:
        """Return the state with all of the operations, which are done on the database in their order."""
        before = project_state.clone()
        vars(project_state).pop("apps", None)
        self.mutate_state(project_state, preserve=False)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state
