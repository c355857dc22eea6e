using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace UwsgiIt.Api.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class DomainClaims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "CheckedUnix",
                table: "Domains",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "ClaimantId",
                table: "Domains",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ClaimedUnix",
                table: "Domains",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "UnprovenUnix",
                table: "Domains",
                type: "bigint",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "CheckedUnix",
                table: "Domains");

            migrationBuilder.DropColumn(
                name: "ClaimantId",
                table: "Domains");

            migrationBuilder.DropColumn(
                name: "ClaimedUnix",
                table: "Domains");

            migrationBuilder.DropColumn(
                name: "UnprovenUnix",
                table: "Domains");
        }
    }
}
