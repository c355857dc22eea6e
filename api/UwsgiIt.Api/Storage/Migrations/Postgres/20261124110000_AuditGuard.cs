using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace UwsgiIt.Api.Storage.Migrations.Postgres;

/// <summary>The audit log can be added to and nothing else, whoever asks. Written by hand: the model knows no triggers. A later migration that builds the table anew makes them again.</summary>
[DbContext(typeof(PostgresContext))]
[Migration("20261124110000_AuditGuard")]
internal sealed class AuditGuard : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""CREATE FUNCTION "AuditEntries_Refuse"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$;""");
        migrationBuilder.Sql("""CREATE TRIGGER "AuditEntries_Guard" BEFORE UPDATE OR DELETE OR TRUNCATE ON "AuditEntries" FOR EACH STATEMENT EXECUTE FUNCTION "AuditEntries_Refuse"();""");
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""DROP TRIGGER "AuditEntries_Guard" ON "AuditEntries";""");
        migrationBuilder.Sql("""DROP FUNCTION "AuditEntries_Refuse"();""");
    }
}
