using UwsgiIt.Router.Hosting;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>What must happen without a packet, once a second: stale nodes leave, deleted keys revoke, the ledger forgets.</summary>
internal sealed class SubscriptionUpkeep(
    SubscriptionRegistry registry,
    PublicKeyStore keys,
    ReplayLedger ledger,
    IOptionsMonitor<SubscriptionOptions> options,
    TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // Key files looked at per second: up to this many names a deletion revokes within a second or two.
    private const int KeyBudget = 2_000;
    private const int LedgerTrimPeriods = 600;

    public void Run(bool trimLedger)
    {
        registry.Sweep();
        var gone = keys.Sweep(KeyBudget);
        if (gone.Count > 0)
        {
            registry.Revoke(key => gone.Contains(keys.FileNameOf(key)));
        }

        if (trimLedger)
        {
            ledger.Trim((time.GetUtcNow() - options.CurrentValue.SignTolerance).ToUnixTimeSeconds() - 1);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        for (var period = 1; await timer.WaitForNextTickAsync(stoppingToken); period++)
        {
            Run(trimLedger: period % LedgerTrimPeriods == 0);
        }
    }
}
