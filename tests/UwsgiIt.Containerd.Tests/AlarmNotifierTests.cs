using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.Tests;

public sealed class AlarmNotifierTests : IDisposable
{
    private const uint Uid = 30_001;
    private readonly TempDirectory _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, string? Token, string Body)> _received = new();
    private readonly string _address = $"http://127.0.0.1:{FreePorts.Next()}/";
    private int _refusals;

    public AlarmNotifierTests()
    {
        _listener.Prefixes.Add(_address);
        _listener.Start();
        _ = ServeAsync();
    }

    public void Dispose()
    {
        _listener.Close();
        _folder.Dispose();
    }

    [Fact]
    public async Task Alarm_GoesToEveryChannel_AndIsTriedAgain()
    {
        var targets = new AlarmTargets { Webhook = _address + "hook", SlackWebhook = _address + "slack", PushoverUser = "u", PushoverToken = "t", PushoverSound = "siren", PushbulletToken = "b" };
        Assert.Empty(targets.Faults());
        var spool = Spool();
        using var notifier = Notifier(spool, targets, new AlarmOptions { AllowPrivateTargets = true, PushoverAddress = _address + "pushover", PushbulletAddress = _address + "pushbullet" });
        await notifier.StartAsync(CancellationToken.None);
        _refusals = 3;
        spool.Raise(Uid, "memory", "container 30001: \"memory\"", TimeSpan.FromMinutes(1));
        await UntilAsync(() => _received.Count == 4);
        var bodies = _received.ToDictionary(static item => item.Path, static item => item);
        Assert.Contains("\"msg\":\"container 30001: \\u0022memory\\u0022\"", bodies["/hook"].Body, StringComparison.Ordinal);
        Assert.Equal("{\"text\":\"container 30001: \\u0022memory\\u0022\"}", bodies["/slack"].Body);
        Assert.Equal("token=t&user=u&message=container+30001%3A+%22memory%22&sound=siren", bodies["/pushover"].Body);
        Assert.Equal("b", bodies["/pushbullet"].Token);

        // Another container's alarm, without targets, goes nowhere.
        spool.Raise(Uid + 1, "memory", "x", TimeSpan.FromMinutes(1));
        spool.Raise(Uid, "oom", "y", TimeSpan.FromMinutes(1));
        await UntilAsync(() => _received.Count == 8);
        Assert.DoesNotContain(_received, static item => item.Body == "{\"text\":\"x\"}");
        await notifier.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Target_OnTheHostOrItsNetwork_IsNotConnectedTo()
    {
        var logger = new ListLogger<AlarmNotifier>();
        var spool = Spool();
        using var notifier = Notifier(spool, new AlarmTargets { Webhook = _address + "hook" }, new AlarmOptions(), logger);
        await notifier.StartAsync(CancellationToken.None);
        spool.Raise(Uid, "memory", "m", TimeSpan.FromMinutes(1));
        await UntilAsync(() => !logger.Entries.IsEmpty);
        Assert.Empty(_received);
        Assert.DoesNotContain(logger.Entries, entry => entry.Text.Contains("127.0.0.1", StringComparison.Ordinal));
        await notifier.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.0.0.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700:4700::1111", true)]
    public void Address_IsPublicOrNot(string address, bool expected) => Assert.Equal(expected, PublicAddresses.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public void Targets_Faulty_AreNamedWithoutTheirValues()
    {
        var faults = new AlarmTargets { Webhook = "file:///etc/passwd", SlackWebhook = "secret", PushoverUser = "a b", PushbulletToken = "x\r\ny" }.Faults().ToList();
        Assert.Equal(4, faults.Count);
        Assert.DoesNotContain(faults, static fault => fault.Contains("secret", StringComparison.Ordinal) || fault.Contains("passwd", StringComparison.Ordinal));
    }

    private AlarmSpool Spool() => new(Options.Create(new PathOptions { StateDirectory = _folder.Path, ContainersRoot = _folder.File("containers") }), Options.Create(new AlarmOptions()), _time, NullLogger<AlarmSpool>.Instance);

    private AlarmNotifier Notifier(AlarmSpool spool, AlarmTargets targets, AlarmOptions options, ListLogger<AlarmNotifier>? logger = null) =>
        new(spool, uid => uid == Uid ? targets : null, Options.Create(options), _time, logger ?? new ListLogger<AlarmNotifier>());

    private async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            // Pauses between tries pass at once.
            _time.Advance(TimeSpan.FromMinutes(1));
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            if (Interlocked.Decrement(ref _refusals) >= 0)
            {
                context.Response.StatusCode = 503;
            }
            else
            {
                _received.Enqueue((context.Request.Url!.AbsolutePath, context.Request.Headers["Access-Token"], body));
            }

            context.Response.Close();
        }
    }
}
