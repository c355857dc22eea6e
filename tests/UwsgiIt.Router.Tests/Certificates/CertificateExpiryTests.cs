using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Acme;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Certificates;

public sealed class CertificateExpiryTests
{
    [Fact]
    public async Task EndingCertificate_IsWarnedOfOnceAndMeasured_UntilItIsReplaced()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var options = new FixedOptions<CertificateOptions>(new CertificateOptions());
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var store = new CertificateStore(options, new FixedOptions<SubscriptionOptions>(new SubscriptionOptions()), new AcmeStore(new FixedOptions<AcmeOptions>(new AcmeOptions())), time, NullLogger<CertificateStore>.Instance);
        var log = new ListLogger<CertificateExpiry>();
        using var expiry = new CertificateExpiry(store, options, new RouterMetrics(services.GetRequiredService<IMeterFactory>()), time, log);
        using var listener = new MeterListener();
        var (seconds, expiring) = (0.0, 0);
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name.StartsWith("uwsgiit.router.certificates.", StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => seconds = value);
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => expiring = value);
        listener.Start();

        // Valid for a month, of which the last fifth is six days.
        Offer(store, TestCertificates.Server(time.GetUtcNow().AddDays(-1), "www.example.com"));
        expiry.Look();
        listener.RecordObservableInstruments();
        Assert.Empty(log.Entries);
        Assert.Equal(0, expiring);
        Assert.InRange(seconds, TimeSpan.FromDays(28.9).TotalSeconds, TimeSpan.FromDays(29).TotalSeconds);

        time.Advance(TimeSpan.FromDays(24));
        expiry.Look();
        expiry.Look();
        listener.RecordObservableInstruments();
        Assert.Contains("www.example.com", Assert.Single(log.Entries).Text, StringComparison.Ordinal);
        Assert.Equal(1, expiring);
        Assert.InRange(seconds, TimeSpan.FromDays(4.9).TotalSeconds, TimeSpan.FromDays(5).TotalSeconds);

        Offer(store, TestCertificates.Server(time.GetUtcNow().AddDays(-1), "www.example.com"));
        expiry.Look();
        listener.RecordObservableInstruments();
        Assert.Single(log.Entries);
        Assert.Equal(0, expiring);
    }

    private static void Offer(CertificateStore store, TestCertificates certificate)
    {
        Assert.True(store.Offer("www.example.com", new SniClaim(certificate.KeyPem, certificate.CertificatePem, null, false), null));
        store.GetMaterial("www.example.com", out _);
    }
}
