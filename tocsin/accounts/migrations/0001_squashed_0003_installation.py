"""The tables as 0003_installation left them, made at once."""

import django.db.models.deletion
import tocsin.kit.clock
import tocsin.kit.ids
from django.conf import settings
from django.db import migrations, models
from tocsin.kit.squashed import Squashed


class Migration(Squashed):

    replaces = [('accounts', '0001_people'), ('accounts', '0002_qualifications'), ('accounts', '0003_installation')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('language', models.CharField(blank=True, max_length=16)),
                ('timezone', models.CharField(blank=True, max_length=64)),
                ('theme', models.CharField(blank=True, max_length=8)),
                ('letter_keys', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('subject', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField(default=tocsin.kit.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('secret', models.CharField(max_length=64)),
                ('signing', models.CharField(max_length=64)),
                ('cipher', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=48, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('language', models.CharField(default='en', max_length=16)),
                ('timezone', models.CharField(default='UTC', max_length=64)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='SignInLink',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('access', models.CharField(max_length=16)),
                ('brings', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'person'), name='membership_once')],
            },
        ),
        migrations.CreateModel(
            name='Key',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=16)),
                ('name', models.CharField(max_length=120)),
                ('prefix', models.CharField(max_length=16, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('access', models.CharField(blank=True, max_length=16)),
                ('created_at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'kind', 'created_at'], name='key_by_organisation')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.UUIDField(default=tocsin.kit.ids.new, editable=False, primary_key=True, serialize=False)),
                ('act', models.CharField(max_length=64)),
                ('subject', models.CharField(max_length=200)),
                ('detail', models.JSONField(default=dict)),
                ('at', models.DateTimeField(default=tocsin.kit.clock.now)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audit', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'at'], name='audit_by_organisation')],
            },
        ),
        migrations.CreateModel(
            name='RoleHolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plan', models.CharField(max_length=120)),
                ('role', models.CharField(max_length=120)),
                ('rank', models.PositiveSmallIntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_holders', to='accounts.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_holders', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['organisation', 'plan', 'role', 'rank'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'plan', 'role', 'person'), name='role_holder_once')],
            },
        ),
    ]
