using Microsoft.EntityFrameworkCore;

namespace UwsgiIt.Api.Storage;

/// <summary>One host, one file.</summary>
internal sealed class SqliteContext(DbContextOptions<SqliteContext> options, Tenant tenant, Seal seal, WriteGate gate) : ApiContext(options, tenant, seal)
{
    public override async Task<IAsyncDisposable> BeginExclusiveAsync(CancellationToken cancellationToken)
    {
        // The gate orders our own writers fairly, where SQLite's lock would have them poll; its BEGIN IMMEDIATE guards against other processes.
        var pass = await gate.EnterAsync(cancellationToken);
        try
        {
            var transaction = await Database.BeginTransactionAsync(cancellationToken);
            return new ExclusiveTransaction(transaction, pass);
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    public override Task<IAsyncDisposable> BeginAppendAsync(CancellationToken cancellationToken) => BeginExclusiveAsync(cancellationToken);
}
