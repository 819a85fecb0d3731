import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_people'),
        ('incidents', '0008_several_plans'),
    ]

    operations = [
        migrations.CreateModel(
            name='PartyRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(max_length=64)),
                ('name', models.TextField(blank=True)),
                ('contact', models.TextField(blank=True)),
                ('reporter', models.BooleanField(default=False)),
                ('about', models.JSONField(default=dict)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.CharField(max_length=40)),
                ('notified_at', models.DateTimeField(null=True)),
                ('told', models.JSONField(default=dict)),
                ('removed_at', models.DateTimeField(null=True)),
                ('removed_reason', models.TextField(blank=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='incidents.incident')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('incident', 'party'), name='partyrow_once')],
            },
        ),
    ]
