"""What has been read is listed, organisation by organisation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0003_feeds")]

    operations = [
        migrations.AddIndex(
            "rawbody", models.Index(condition=models.Q(("state", 1)), fields=["organisation", "id"], name="raw_body_settled")
        )
    ]
