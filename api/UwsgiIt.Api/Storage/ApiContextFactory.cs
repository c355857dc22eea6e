using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Api.Storage;

/// <summary>Makes contexts of the configured database.</summary>
internal sealed class ApiContextFactory
{
    private static readonly SqliteSetup Setup = new();
    private readonly Func<Tenant, ApiContext> _create;

    public ApiContextFactory(IOptions<StorageOptions> options, Seal seal, WriteGate gate, TimeProvider time)
    {
        var storage = options.Value;
        if (storage.Provider == StorageProvider.PostgreSql)
        {
            var postgres = Postgres(storage.ConnectionString!);
            _create = tenant => new PostgresContext(postgres, tenant, seal, gate) { Recorder = { Time = time } };
        }
        else
        {
            var sqlite = Sqlite(storage.EffectiveFile);
            _create = tenant => new SqliteContext(sqlite, tenant, seal, gate) { Recorder = { Time = time } };
        }

        Provider = storage.Provider;
    }

    public StorageProvider Provider { get; }

    public ApiContext Create(Tenant tenant) => _create(tenant);

    public ApiContext CreateForEveryone() => _create(Tenant.Everyone);

    internal static DbContextOptions<SqliteContext> Sqlite(string file) => new DbContextOptionsBuilder<SqliteContext>()
        .UseSqlite(new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 20 }.ToString(), static sqlite => sqlite.UseQuerySplittingBehavior(QuerySplittingBehavior.SingleQuery))
        .AddInterceptors(Setup)
        .ConfigureWarnings(static warnings => warnings.Ignore(RelationalEventId.NonTransactionalMigrationOperationWarning))
        .WithOurs()
        .Options;

    internal static DbContextOptions<PostgresContext> Postgres(string connectionString) => new DbContextOptionsBuilder<PostgresContext>()
        .UseNpgsql(connectionString, static npgsql => npgsql.UseQuerySplittingBehavior(QuerySplittingBehavior.SingleQuery))
        .WithOurs()
        .Options;
}
