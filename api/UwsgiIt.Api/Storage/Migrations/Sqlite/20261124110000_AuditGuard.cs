using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace UwsgiIt.Api.Storage.Migrations.Sqlite;

/// <summary>The audit log can be added to and nothing else, whoever asks. Written by hand: the model knows no triggers. A later migration that builds the table anew makes them again.</summary>
[DbContext(typeof(SqliteContext))]
[Migration("20261124110000_AuditGuard")]
internal sealed class AuditGuard : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var action in (string[])["UPDATE", "DELETE"])
        {
            migrationBuilder.Sql($"""CREATE TRIGGER "AuditEntries_No{action}" BEFORE {action} ON "AuditEntries" BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;""");
        }
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var action in (string[])["UPDATE", "DELETE"])
        {
            migrationBuilder.Sql($"""DROP TRIGGER "AuditEntries_No{action}";""");
        }
    }
}
