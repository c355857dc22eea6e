using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace UwsgiIt.Api.Storage.Migrations.Postgres;

/// <summary>Where and by which key a server's containers are reached from other servers.</summary>
[DbContext(typeof(PostgresContext))]
[Migration("20261124143000_ServerTunnels")]
internal sealed class ServerTunnels : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>(name: "TunnelKey", table: "Servers", type: "text", nullable: true);
        migrationBuilder.AddColumn<int>(name: "TunnelPort", table: "Servers", type: "integer", nullable: false, defaultValue: 999);
        migrationBuilder.AddColumn<int>(name: "WireGuardPort", table: "Servers", type: "integer", nullable: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropColumn(name: "TunnelKey", table: "Servers");
        migrationBuilder.DropColumn(name: "TunnelPort", table: "Servers");
        migrationBuilder.DropColumn(name: "WireGuardPort", table: "Servers");
    }
}
