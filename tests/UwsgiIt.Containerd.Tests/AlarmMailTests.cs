using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.Tests;

/// <summary>Alarms by mail, to a real mail server of Debian's.</summary>
public sealed class AlarmMailTests
{
    private const string Server = "/usr/lib/python3/dist-packages/aiosmtpd/main.py";
    private const uint Uid = 30_001;

    [SkippableFact]
    public async Task Alarm_IsInTheMailbox_AndNothingOfItIsInAHeader()
    {
        Skip.IfNot(File.Exists(Server), "python3-aiosmtpd is not installed");
        using var folder = new TempDirectory();
        var port = FreePorts.Next();
        using var server = Process.Start("/usr/bin/python3", ["-m", "aiosmtpd", "--nosetuid", "--listen", $"127.0.0.1:{port}", "--class", "aiosmtpd.handlers.Mailbox", folder.File("mail")]);
        try
        {
            await UntilAsync(() => Answers(port));
            var paths = Options.Create(new PathOptions { StateDirectory = folder.Path, ContainersRoot = folder.File("containers") });
            var options = Options.Create(new AlarmOptions { MailServer = $"127.0.0.1:{port}", MailFrom = "alarms@example.com" });
            Assert.Empty(options.Value.Validate());
            var spool = new AlarmSpool(paths, options, TimeProvider.System, NullLogger<AlarmSpool>.Instance);
            using var notifier = new AlarmNotifier(spool, static uid => uid == Uid ? new AlarmTargets { Mail = "owner@example.org" } : null, options, TimeProvider.System, NullLogger<AlarmNotifier>.Instance);
            await notifier.StartAsync(CancellationToken.None);
            spool.Raise(Uid, "memory", "too much\r\nBcc: everybody@example.org\r\n.\r\nénd", TimeSpan.FromMinutes(1));
            spool.Raise(Uid + 1, "memory", "of somebody without an address", TimeSpan.FromMinutes(1));
            await UntilAsync(() => Mails(folder).Length > 0);
            await notifier.StopAsync(CancellationToken.None);

            var mail = MimeKit.MimeMessage.Load(Assert.Single(Mails(folder)));
            Assert.Equal(["owner@example.org"], mail.To.Mailboxes.Select(static mailbox => mailbox.Address));
            Assert.Equal(["alarms@example.com"], mail.From.Mailboxes.Select(static mailbox => mailbox.Address));
            Assert.Empty(mail.Bcc);
            Assert.Equal("Alarm of container 30001", mail.Subject);
            Assert.Contains("too much", mail.TextBody, StringComparison.Ordinal);
            Assert.Contains("énd", mail.TextBody, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    [Theory]
    [InlineData("a@example.org", true)]
    [InlineData("", false)]
    [InlineData("nobody", false)]
    [InlineData("a@example.org, b@example.org", false)]
    [InlineData("A <a@example.org>", false)]
    [InlineData("a@example.org\r\nBcc: x@example.org", false)]
    public void Address_IsOneOrIsRefused(string address, bool good) => Assert.Equal(good, !new AlarmTargets { Mail = address }.Faults().Any());

    private static string[] Mails(TempDirectory folder) => Directory.Exists(folder.File("mail/new")) ? Directory.GetFiles(folder.File("mail/new")) : [];

    private static bool Answers(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }
}
