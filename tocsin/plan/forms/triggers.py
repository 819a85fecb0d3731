"""The form of triggers: what opens a situation by itself once it has been measured long enough."""

from tocsin.plan.forms.leaves import Exact, Name, RuleForm, SituationRef, Truth


class TriggerForm(RuleForm):
    """`each` names a label of the signals: every value of it is watched by itself."""

    when: Truth
    hold: Exact | None = None
    each: Name | None = None
    opens: SituationRef
