using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace UwsgiIt.Api.Storage;

/// <summary>Per connection: WAL with synchronous FULL, so that what was acknowledged survives a power cut; readers do not wait for the writer.</summary>
internal sealed class SqliteSetup : DbConnectionInterceptor
{
    private const string Pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000; PRAGMA cache_size=-32768;";

    // The library pools what lies below its connections, and all of these stay with that: said once they hold.
    private static readonly ConditionalWeakTable<sqlite3, object> SetUp = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => SetUpOnce((SqliteConnection)connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // Nothing of SQLite waits for anybody but the disk: its asynchronous calls are these.
        SetUpOnce((SqliteConnection)connection);
        return Task.CompletedTask;
    }

    private static void SetUpOnce(SqliteConnection connection)
    {
        if (SetUp.TryGetValue(connection.Handle!, out _))
        {
            return;
        }

        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
        SetUp.AddOrUpdate(connection.Handle!, Pragmas);
    }
}
