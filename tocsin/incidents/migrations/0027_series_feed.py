from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incidents", "0026_records_elsewhere")]

    operations = [migrations.RenameModel(old_name="Feed", new_name="SeriesFeed")]
