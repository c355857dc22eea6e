using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Changes;

/// <summary>Once a minute: when tokens were used, and away with what is past its time.</summary>
internal sealed partial class Upkeep(ApiContextFactory factory, TokenUse tokenUse, IOptions<StorageOptions> options, TimeProvider time, ILogger<Upkeep> logger) : BackgroundService
{
    private const int IdempotencySeconds = 86_400;

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var db = factory.CreateForEveryone();
        await using var transaction = await db.BeginExclusiveAsync(cancellationToken);
        await tokenUse.WriteAsync(db, cancellationToken);
        var oldKeys = now.ToUnixTimeSeconds() - IdempotencySeconds;
        await db.IdempotencyKeys.Where(row => row.Unix < oldKeys).ExecuteDeleteAsync(cancellationToken);

        // The newest stays, whatever its age: versions go on from it.
        var (oldChanges, newest) = ((now - options.Value.FeedRetention).ToUnixTimeSeconds(), await db.CurrentVersionAsync(cancellationToken));
        await db.Changes.Where(row => row.Unix < oldChanges && row.Version < newest).ExecuteDeleteAsync(cancellationToken);
        await db.Database.CommitTransactionAsync(CancellationToken.None);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The database may be away for a while; all of this can wait.
                Log.Failed(logger, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.UpkeepFailed, LogLevel.Error, "Upkeep failed; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
