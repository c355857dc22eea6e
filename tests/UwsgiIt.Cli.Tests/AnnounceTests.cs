using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Cli.Tests;

/// <summary>The real tool as a process; a socket of the test's own in the router's place reads what it sends.</summary>
public sealed class AnnounceTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly RSA _customer = RSA.Create(2048);

    public AnnounceTests()
    {
        _socket.Bind(new UnixDomainSocketEndPoint(_folder.File("announce.sock")));
        File.WriteAllText(_folder.File("private.pem"), _customer.ExportRSAPrivateKeyPem());
    }

    [Fact]
    public async Task Once_SendsOneSignedPacket()
    {
        using var tool = Start("--once", "--weight", "7", "--algo", "lrc");
        var packet = await ReceiveAsync();
        Assert.Equal((SubscriptionCommand.Subscribe, "www.example.com", "127.0.0.1:9000", UpstreamProtocol.Http, 7UL, BalancingAlgorithm.LeastInFlight),
            (packet.Command, packet.Key, packet.Address!, packet.Protocol, packet.Weight, packet.Algorithm!.Value));
        Assert.Equal(0, await WaitAsync(tool));
    }

    [Fact]
    public async Task Companion_AnnouncesWhileTheProgramLivesAndEndsWithItsCode()
    {
        using var tool = Start("--", "sh", "-c", "read line; exit 7");
        Assert.Equal(SubscriptionCommand.Subscribe, (await ReceiveAsync()).Command);
        await tool.StandardInput.WriteLineAsync("go");
        Assert.Equal(SubscriptionCommand.Unsubscribe, (await ReceiveAsync()).Command);
        Assert.Equal(7, await WaitAsync(tool));
    }

    [Fact]
    public async Task Terminated_TakesTheAddressBack()
    {
        using var tool = Start();
        Assert.Equal(SubscriptionCommand.Subscribe, (await ReceiveAsync()).Command);
        using var kill = Process.Start("kill", ["-TERM", $"{tool.Id}"]);
        Assert.Equal(SubscriptionCommand.Unsubscribe, (await ReceiveAsync()).Command);
        Assert.Equal(0, await WaitAsync(tool));
    }

    [Theory]
    [InlineData(64, "--proto", "ftp")]
    [InlineData(64, "--algo", "dice")]
    [InlineData(64, "--digest", "md5")]
    [InlineData(64, "--sni-key", "/alone")]
    [InlineData(66, "--sni-key", "@/nonexistent", "--sni-crt", "@/nonexistent")]
    public async Task BadInput_EndsWithItsCodeAndSendsNothing(int code, params string[] options)
    {
        using var tool = Start(["--once", .. options]);
        Assert.Equal(code, await WaitAsync(tool));
        Assert.Equal(0, _socket.Available);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _customer.Dispose();
        _folder.Dispose();
    }

    private Process Start(params string[] options) => Process.Start(new ProcessStartInfo("dotnet", [
        Path.Combine(AppContext.BaseDirectory, "uwsgiit.dll"), "announce", "--server", _folder.File("announce.sock"), "--key", "www.example.com",
        "--address", "127.0.0.1:9000", "--private-key", _folder.File("private.pem"), .. options]) { RedirectStandardInput = true })!;

    private async Task<SubscriptionPacket> ReceiveAsync()
    {
        var buffer = new byte[5000];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var length = await _socket.ReceiveAsync(buffer, deadline.Token);
        Assert.True(SubscriptionPacketReader.TryRead(buffer.AsSpan(0, length), out var packet, out var rejection), rejection.ToString());
        Assert.True(PublicKey.TryReadPem(_customer.ExportSubjectPublicKeyInfoPem(), out var key));
        Assert.True(key.Verify(buffer.AsSpan(packet.SignedRange), buffer.AsSpan(packet.SignatureRange), [HashAlgorithmName.SHA256]));
        return packet;
    }

    private static async Task<int> WaitAsync(Process process)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }
}
