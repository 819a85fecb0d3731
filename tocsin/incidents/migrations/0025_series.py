"""Which series of other systems is which signal, what feeds each place, and what came without a meaning."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import deletion


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0002_qualifications"),
        ("incidents", "0024_attested_each"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="SeriesFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("signal", models.CharField(max_length=64)),
                ("labels", models.TextField(default="")),
                ("series", models.TextField()),
                ("heard_at", models.DateTimeField()),
                ("organisation", models.ForeignKey(on_delete=deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
        ),
        migrations.CreateModel(
            name="CounterReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("value", models.DecimalField(decimal_places=6, max_digits=24)),
                ("feed", models.ForeignKey(on_delete=deletion.CASCADE, related_name="readings", to="incidents.seriesfeed")),
            ],
        ),
        migrations.CreateModel(
            name="SeriesRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("matching", models.JSONField(default=dict)),
                ("signal", models.CharField(max_length=64)),
                ("labels", models.JSONField(default=dict)),
                ("reading", models.CharField(default="value", max_length=16)),
                ("factor", models.DecimalField(decimal_places=6, default=1, max_digits=20)),
                ("by", models.CharField(max_length=48)),
                ("at", models.DateTimeField()),
                ("organisation", models.ForeignKey(on_delete=deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
        ),
        migrations.CreateModel(
            name="Unmapped",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("labels", models.JSONField(default=dict)),
                ("heard_at", models.DateTimeField()),
                ("organisation", models.ForeignKey(on_delete=deletion.CASCADE, related_name="+", to="accounts.organisation")),
            ],
        ),
        migrations.AddConstraint(
            model_name="seriesfeed",
            constraint=models.UniqueConstraint(fields=("organisation", "signal", "labels"), name="feed_once"),
        ),
        migrations.AddConstraint(
            model_name="counterreading",
            constraint=models.UniqueConstraint(fields=("feed", "at"), name="counter_reading_once"),
        ),
        migrations.AddIndex(
            model_name="seriesrule",
            index=models.Index(fields=["organisation", "name"], name="series_rule_of"),
        ),
        migrations.AddConstraint(
            model_name="unmapped",
            constraint=models.UniqueConstraint(fields=("organisation", "name"), name="unmapped_once"),
        ),
    ]
