using Microsoft.EntityFrameworkCore.Design;

namespace UwsgiIt.Api.Storage;

/// <summary>For <c>dotnet ef migrations add NAME --context SqliteContext -o Storage/Migrations/Sqlite</c>; never opens a database.</summary>
internal sealed class SqliteDesignTime : IDesignTimeDbContextFactory<SqliteContext>
{
    public SqliteContext CreateDbContext(string[] args) => new(ApiContextFactory.Sqlite("design.db"), Tenant.Everyone, new Seal(new byte[32]), new WriteGate());
}
