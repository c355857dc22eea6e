using Microsoft.EntityFrameworkCore;

namespace UwsgiIt.Api.Storage;

/// <summary>Many api processes on one PostgreSQL.</summary>
internal sealed class PostgresContext(DbContextOptions<PostgresContext> options, Tenant tenant, Seal seal, WriteGate gate) : ApiContext(options, tenant, seal)
{
    // "uwsgi" in ASCII: whoever else uses the database's advisory locks is unlikely to use this one.
    private const long WriterLock = 0x7577736769;

    public override async Task<IAsyncDisposable> BeginExclusiveAsync(CancellationToken cancellationToken)
    {
        // The gate keeps our own writers from holding a connection each while they wait; the lock orders us with other processes.
        var pass = await gate.EnterAsync(cancellationToken);
        try
        {
            var transaction = await Database.BeginTransactionAsync(cancellationToken);
            try
            {
                await Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({WriterLock})", cancellationToken);
                return new ExclusiveTransaction(transaction, pass);
            }
            catch
            {
                await transaction.DisposeAsync();
                throw;
            }
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    public override async Task<IAsyncDisposable> BeginAppendAsync(CancellationToken cancellationToken) => await Database.BeginTransactionAsync(cancellationToken);
}
