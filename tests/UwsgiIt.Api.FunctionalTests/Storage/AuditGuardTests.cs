using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Storage;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Storage;

/// <summary>From the first schema that was released to today's, with data in it; and a log that not even its own database lets go.</summary>
public sealed class AuditGuardTests
{
    private const string FirstSchema = "Initial";

    [Fact]
    public Task Database_OfTheFirstSchema_ComesUp_AndKeepsItsLog_OnSqlite() => RunAsync(static directory => Task.FromResult(new StorageOptions { Directory = directory }));

    [SkippableFact]
    public Task Database_OfTheFirstSchema_ComesUp_AndKeepsItsLog_OnPostgreSql() =>
        RunAsync(static async directory => new StorageOptions { Directory = directory, Provider = StorageProvider.PostgreSql, ConnectionString = await PostgresServer.NewDatabaseAsync() });

    private static async Task RunAsync(Func<string, Task<StorageOptions>> options)
    {
        using var directory = new TempDirectory();
        using var seal = new Seal(new byte[32]);
        using var gate = new WriteGate();
        var factory = new ApiContextFactory(Options.Create(await options(directory.Path)), seal, gate, TimeProvider.System);
        await using (var db = factory.CreateForEveryone())
        {
            var first = db.Database.GetMigrations().First();
            Assert.EndsWith(FirstSchema, first, StringComparison.Ordinal);
            await db.GetService<IMigrator>().MigrateAsync(first);
            db.AuditEntries.Add(new AuditEntry { Actor = "root", Call = "POST /v1/x", Kind = "x", Action = "created", RequestId = "1" });
            await db.SaveChangesAsync();
        }

        await using (var db = factory.CreateForEveryone())
        {
            await db.Database.MigrateAsync();
            Assert.Empty(await db.Database.GetPendingMigrationsAsync());
            await Assert.ThrowsAnyAsync<DbException>(() => db.AuditEntries.ExecuteUpdateAsync(static set => set.SetProperty(static row => row.Actor, "nobody")));
            await Assert.ThrowsAnyAsync<DbException>(() => db.AuditEntries.ExecuteDeleteAsync());
            db.AuditEntries.Add(new AuditEntry { Actor = "root", Call = "POST /v1/x", Kind = "x", Action = "changed", RequestId = "2" });
            await db.SaveChangesAsync();
            Assert.Equal(["root", "root"], await db.AuditEntries.Select(static row => row.Actor).ToListAsync());
        }
    }
}
