"""A route declares by several plans."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0001_alerts")]

    operations = [migrations.AddField("route", "beside", models.JSONField(blank=True, default=list))]
