using Microsoft.EntityFrameworkCore.Design;

namespace UwsgiIt.Api.Storage;

/// <summary>For <c>dotnet ef migrations add NAME --context PostgresContext -o Storage/Migrations/Postgres</c>; never opens a database.</summary>
internal sealed class PostgresDesignTime : IDesignTimeDbContextFactory<PostgresContext>
{
    public PostgresContext CreateDbContext(string[] args) => new(ApiContextFactory.Postgres("Host=design"), Tenant.Everyone, new Seal(new byte[32]), new WriteGate());
}
