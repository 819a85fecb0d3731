"""The indexes by which claims find what is due: most deliveries that there are have ended long ago."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_squashed_0003_installation"), ("comms", "0001_squashed_0003_meetings")]

    operations = [
        migrations.RemoveIndex(model_name="delivery", name="delivery_due"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending"])), fields=["-urgent", "due_at"], name="delivery_pressing"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending"])),
                fields=["organisation", "channel", "-urgent", "due_at"],
                name="delivery_of_channel",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", "sending")), fields=["organisation", "channel", "due_at"], name="delivery_sending"),
        ),
    ]
