using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace UwsgiIt.Api.Storage.Migrations.Sqlite;

/// <summary>The certificate that a server's was renewed from.</summary>
[DbContext(typeof(SqliteContext))]
[Migration("20261124160000_PreviousFingerprint")]
internal sealed class PreviousFingerprint : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<string>(name: "PreviousFingerprint", table: "Servers", type: "TEXT", nullable: true);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropColumn(name: "PreviousFingerprint", table: "Servers");
}
