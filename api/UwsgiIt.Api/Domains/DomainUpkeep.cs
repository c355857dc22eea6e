using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Domains;

/// <summary>
/// Every few minutes: 1 claims whose notice is over are settled by what DNS says then, 2 names proven long ago are proven again, where that is
/// switched on. DNS is asked outside of any transaction, and what was found is stored only when the name is still as it was.
/// </summary>
internal sealed partial class DomainUpkeep(ApiContextFactory factory, IDomainProof proof, PeerAddress peers, ChangeSignal signal, IHttpContextAccessor http, IOptions<DnsOptions> options, TimeProvider time, ILogger<DomainUpkeep> logger) : BackgroundService
{
    // Arbitrary: what one round asks DNS about.
    private const int MaxRechecks = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly Caller Ourselves = new() { Actor = "domain-upkeep", Role = UserRole.Operator, Scopes = Scopes.All };

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var domain in await DueAsync(now, cancellationToken))
        {
            await SettleAsync(domain, now, cancellationToken);
        }

        foreach (var domain in await OldAsync(now, cancellationToken))
        {
            var proven = await IsProvenAsync(domain, domain.CustomerId, cancellationToken);
            await StoreAsync(domain, (store, row) => store.CheckedAsync(row, proven, cancellationToken), silent: proven == domain.UnprovenUnix is null, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
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

    private async Task<List<Domain>> DueAsync(long now, CancellationToken cancellationToken)
    {
        var before = now - (long)options.Value.NoticePeriod.TotalSeconds;
        await using var db = factory.CreateForEveryone();
        return await db.Domains.AsNoTracking().Where(row => row.ClaimantId != null && row.ClaimedUnix <= before).OrderBy(static row => row.Id).ToListAsync(cancellationToken);
    }

    private async Task<List<Domain>> OldAsync(long now, CancellationToken cancellationToken)
    {
        if (options.Value.RecheckInterval is not { } interval)
        {
            return [];
        }

        var before = now - (long)interval.TotalSeconds;
        await using var db = factory.CreateForEveryone();
        return await db.Domains.AsNoTracking().Where(row => row.VerifiedUnix <= before && (row.CheckedUnix == null || row.CheckedUnix <= before)).OrderBy(static row => row.CheckedUnix ?? row.VerifiedUnix).Take(MaxRechecks).ToListAsync(cancellationToken);
    }

    private async Task SettleAsync(Domain domain, long now, CancellationToken cancellationToken)
    {
        var claimant = domain.ClaimantId!.Value;
        if (await IsProvenAsync(domain, domain.CustomerId, cancellationToken))
        {
            await StoreAsync(domain, (store, row) => store.CheckedAsync(row, proven: true, cancellationToken), silent: false, cancellationToken);
        }
        else if (await IsProvenAsync(domain, claimant, cancellationToken))
        {
            await StoreAsync(domain, (store, row) => store.MoveAsync(row, claimant, cancellationToken), silent: false, cancellationToken);
            Log.Moved(logger, domain.Name, domain.CustomerId, claimant);
        }
        else if (now - domain.ClaimedUnix > 2 * options.Value.NoticePeriod.TotalSeconds)
        {
            // Neither can show it, and not because DNS was away for an hour: the claim is over.
            await StoreAsync(domain, (store, row) => store.ForgetClaimAsync(row, cancellationToken), silent: false, cancellationToken);
        }
    }

    private async Task<bool> IsProvenAsync(Domain domain, int customerId, CancellationToken cancellationToken)
    {
        await using var db = factory.CreateForEveryone();
        return await db.Customers.Where(row => row.Id == customerId).Select(static row => (Guid?)row.Uuid).FirstOrDefaultAsync(cancellationToken) is { } uuid && await proof.IsProvenAsync(domain.Name, uuid, cancellationToken);
    }

    /// <summary>Stores what was found; silently when nothing anybody acts on changes: hosts are not told, and the log of writes stays readable.</summary>
    private async Task StoreAsync(Domain seen, Func<DomainStore, Domain, Task> change, bool silent, CancellationToken cancellationToken)
    {
        await using var db = factory.CreateForEveryone();
        var (now, verified) = (time.GetUtcNow().ToUnixTimeSeconds(), seen.UnprovenUnix is null);
        if (silent)
        {
            await using var transaction = await db.BeginExclusiveAsync(cancellationToken);
            await db.Domains.Where(row => row.Id == seen.Id).ExecuteUpdateAsync(set => set.SetProperty(static row => row.CheckedUnix, now).SetProperty(static row => row.VerifiedUnix, row => verified ? now : row.VerifiedUnix), cancellationToken);
            await db.Database.CommitTransactionAsync(CancellationToken.None);
            return;
        }

        var context = new StoreContext(db, Ourselves, time);
        var store = new DomainStore(context, new Tags.TagStore(context), options);
        await new WriteScope(db, Ourselves, peers, http, signal, time).RunAsync(async () =>
        {
            if (await store.FindAsync(seen.Id, cancellationToken) is { } row && row.Revision == seen.Revision)
            {
                await change(store, row);
            }

            return true;
        });
    }

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.DomainUpkeepFailed, LogLevel.Error, "Domains could not be looked after; it is tried again.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(ApiEventIds.DomainMoved, LogLevel.Warning, "{Name} went from customer {Owner} to {Claimant}, who has proven it since.")]
        public static partial void Moved(ILogger logger, string name, int owner, int claimant);
    }
}
