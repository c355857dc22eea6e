using System.Buffers;
using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using CsCheck;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Tls;
using UwsgiIt.Router.Transport;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Tls;

/// <summary>OpenSSL under our transport, as clients meet it: the good, the slow, the broken and the hostile.</summary>
public sealed class TlsSessionTests
{
    private static readonly TimeSpan Patience = TlsFixture.Patience;

    [Fact]
    public async Task Hello_ChoosesCertificateAndProtocol()
    {
        await using var tls = new TlsFixture();
        var exact = TestCertificates.Server("www.example.com");
        var wildcard = TestCertificates.Server("*.example.com");
        tls.Offer("www.example.com", exact);
        tls.Offer(".example.com", wildcard);
        foreach (var (name, expected) in new[] { ("www.example.com", exact), ("WWW.EXAMPLE.COM", exact), ("other.example.com", wildcard) })
        {
            await using var stream = await tls.ShakeAsync(name, configure: static options => options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]);
            Assert.Equal(expected.Certificate.Thumbprint, ((X509Certificate2)stream.RemoteCertificate!).Thumbprint);
            Assert.Equal(SslApplicationProtocol.Http2, stream.NegotiatedApplicationProtocol);
            Assert.Equal(SslProtocols.Tls13, stream.SslProtocol);
        }

        await using var unknown = await tls.ShakeAsync("www.example.org", configure: static options => (options.ApplicationProtocols, options.EnabledSslProtocols) = ([SslApplicationProtocol.Http11], SslProtocols.Tls12));
        Assert.Contains("default", unknown.RemoteCertificate!.Subject, StringComparison.Ordinal);
        Assert.Equal((SslApplicationProtocol.Http11, SslProtocols.Tls12), (unknown.NegotiatedApplicationProtocol, unknown.SslProtocol));
        await Assert.ThrowsAsync<AuthenticationException>(() => tls.ShakeAsync(configure: static options => options.ApplicationProtocols = [new SslApplicationProtocol("spdy/1")]));
        Assert.Contains(tls.Agreements, static agreement => agreement is { ProtocolName: "TLSv1.3", CipherName: ['T', 'L', 'S', '_', ..], Group.Length: > 3, Count: > 0 });
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task AnyCuts_ArriveWholeAndInOrder(SslProtocols protocol)
    {
        await using var tls = new TlsFixture();

        // One byte a packet: every record, of the handshake too, is cut at every byte. Then pieces of any size.
        await EchoAsync(tls, protocol, new Random(1).Next(1, 3000), static () => 1);
        await Gen.Select(Gen.Int[1, 200_000], Gen.Int[2, 20_000], Gen.Int).SampleAsync(
            async (length, piece, seed) =>
            {
                var random = new Random(seed);
                await EchoAsync(tls, protocol, length, () => random.Next(1, piece));
            },
            iter: 30,
            seed: "000000000001",
            threads: 1);
    }

    [Fact]
    public async Task SlowReader_HoldsTheWriterBack_AndLosesNothing()
    {
        var bytes = new byte[16 << 20];
        new Random(1).NextBytes(bytes);
        var begun = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var tls = new TlsFixture(serve: async connection =>
        {
            var writing = connection.Transport.Output.WriteAsync(bytes);
            begun.SetResult(writing.IsCompleted);
            await writing;
            written.SetResult();
        });
        await using var client = await tls.ShakeAsync();
        var received = new byte[bytes.Length];
        Assert.False(await begun.Task.WaitAsync(Patience));
        await client.ReadExactlyAsync(received.AsMemory(0, 1));
        Assert.False(written.Task.IsCompleted);
        await client.ReadExactlyAsync(received.AsMemory(1)).AsTask().WaitAsync(Patience);
        Assert.Equal(bytes, received);
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        await written.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task ClientsEnd_IsReadAndAnswered()
    {
        await using var tls = new TlsFixture(serve: static async connection =>
        {
            using var all = new MemoryStream();
            await connection.Transport.Input.CopyToAsync(all);
            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes($"got {all.Length}"));
        });
        await using var client = await tls.ShakeAsync();
        await client.WriteAsync(new byte[70_000]);
        await client.ShutdownAsync();
        using var reader = new StreamReader(client);
        Assert.Equal("got 70000", await reader.ReadToEndAsync().WaitAsync(Patience));
    }

    [Theory]
    [InlineData("Epoll")]
    [InlineData("IoUring")]
    public async Task ClientGone_IsSignalledWhileNobodyReads(string kind)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var tls = new TlsFixture(serve: async connection =>
        {
            await using var registration = connection.ConnectionClosed.UnsafeRegister(_ => gone.TrySetResult(), null);
            await gone.Task.WaitAsync(Patience);
        }, kind: Enum.Parse<TransportKind>(kind));
        var client = await tls.ShakeAsync();

        // A goodbye is in the socket's buffer then: bytes, but nothing that anybody could still read.
        await client.ShutdownAsync();
        await client.DisposeAsync();
        await gone.Task.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("x", "HTTP/1.1 400")]
    [InlineData("\u0016\u0003\u0001\u00ff\u00ff", "\u0015\u0003")]
    [InlineData("\u0016\u0003\u0001\u0000\u0005\u0001\u0000\u0000\u0001\u0000", "\u0015\u0003")]
    [InlineData("\u0016\u0000\u0000\u0000\u0000", "")]
    public async Task Garbage_IsRefusedWithWhatTheClientUnderstands(string sent, string answer)
    {
        await using var tls = new TlsFixture();
        using var client = await tls.ConnectAsync();
        client.Send(Encoding.Latin1.GetBytes(sent));
        Assert.StartsWith(answer, Encoding.Latin1.GetString(await ReceiveToEndAsync(client)), StringComparison.Ordinal);
        await AssertServesAsync(tls);
    }

    [Fact]
    public async Task OversizedAndForgedRecords_EndTheConnectionWithAnAlert()
    {
        await using var tls = new TlsFixture();
        foreach (var record in new byte[][] { [23, 3, 3, 0xff, 0xff], [23, 3, 3, 0, 20, .. new byte[20]], [22, 3, 3, 0, 4, 0, 0, 0, 0] })
        {
            NetworkStream? network = null;
            await using var client = await tls.ShakeAsync(wrap: stream => network = (NetworkStream)stream);
            await network!.WriteAsync(record);
            await Assert.ThrowsAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Patience));
        }

        await AssertServesAsync(tls);
    }

    [Fact]
    public async Task Handshake_ThatStops_IsEndedInTime()
    {
        await using var tls = new TlsFixture(new TlsOptions { HandshakeTimeout = TimeSpan.FromSeconds(2) });
        using var silent = await tls.ConnectAsync();
        using var stuck = await tls.ConnectAsync();
        stuck.Send([0x16, 3, 1, 2, 0]);

        Assert.Empty(await ReceiveToEndAsync(silent));
        await ReceiveToEndAsync(stuck);
        await AssertServesAsync(tls);
    }

    [Fact]
    public async Task AbruptCloses_AtAnyByte_HarmNobody()
    {
        await using var tls = new TlsFixture();

        // Within the hello, which is some 200 bytes, and what follows it.
        for (var length = 1; length < 250; length += 13)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => tls.ShakeAsync(wrap: stream => new SlicingStream(stream, static () => 9000, length)));
        }

        await AssertServesAsync(tls);
    }

    [SkippableTheory]
    [InlineData("-tls1_3", "K\n")]
    [InlineData("-tls1_3", "k\n")]
    [InlineData("-tls1_2", "R\n")]
    public async Task KeyUpdateAndRenegotiation_LeaveTheConnectionUsableOrClosed(string version, string command)
    {
        await using var tls = new TlsFixture();
        using var client = Process.Start(new ProcessStartInfo("openssl", ["s_client", "-connect", tls.EndPoint.ToString(), version]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await client.StandardInput.WriteAsync("before\n");
        await WaitForAsync(client.StandardOutput, "before");

        // s_client takes a line that begins with such a letter for a command.
        await client.StandardInput.WriteAsync(command);
        await client.StandardInput.FlushAsync();
        if (version == "-tls1_3")
        {
            await WaitForAsync(client.StandardError, "KEYUPDATE");
            await client.StandardInput.WriteAsync("after\n");
            await WaitForAsync(client.StandardOutput, "after");
        }
        else
        {
            // No renegotiation: the client is told and gives up.
            await WaitForAsync(client.StandardError, "no renegotiation");
        }

        client.Kill();
        await client.WaitForExitAsync();
        await AssertServesAsync(tls);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Session_IsResumed_UntilItsCertificateIsReplaced(SslProtocols protocol)
    {
        await using var tls = new TlsFixture();
        tls.Offer("www.example.com", TestCertificates.Server(DateTimeOffset.UtcNow.AddDays(-3), "www.example.com"));
        await EchoAsync(tls, protocol, 10, static () => 9000);
        await EchoAsync(tls, protocol, 10, static () => 9000);
        Assert.Contains(tls.Agreements, static agreement => agreement.IsResumed);
        var resumed = tls.Agreements.Where(static agreement => agreement.IsResumed).Sum(static agreement => agreement.Count);
        var renewed = TestCertificates.Server("www.example.com");
        tls.Offer("www.example.com", renewed);
        await using var client = await tls.ShakeAsync(configure: options => options.EnabledSslProtocols = protocol);
        Assert.Equal(renewed.Certificate.Thumbprint, ((X509Certificate2)client.RemoteCertificate!).Thumbprint);
        Assert.Equal(resumed, tls.Agreements.Where(static agreement => agreement.IsResumed).Sum(static agreement => agreement.Count));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task ClientCertificate_IsAskedForEveryTime(SslProtocols protocol)
    {
        await using var tls = new TlsFixture();
        var authority = TestCertificates.Authority("Acme CA");
        var server = TestCertificates.Server("www.example.com");
        tls.Certificates.Offer("www.example.com", new SniClaim(server.KeyPem, server.CertificatePem, authority.CertificatePem, true), null);
        for (var i = 0; i < 3; i++)
        {
            await EchoAsync(tls, protocol, 10, static () => 9000, options => options.ClientCertificates = [authority.Client("alice").Certificate]);
        }

        Assert.DoesNotContain(tls.Agreements, static agreement => agreement.IsResumed);
        await Assert.ThrowsAnyAsync<Exception>(() => EchoAsync(tls, protocol, 10, static () => 9000));
        await Assert.ThrowsAnyAsync<Exception>(() => EchoAsync(tls, protocol, 10, static () => 9000, options => options.ClientCertificates = [TestCertificates.Authority("Other CA").Client("mallory").Certificate]));
    }

    [Fact]
    public async Task TicketKeys_InAFile_ServeAnotherProcess()
    {
        using var folder = new TempDirectory();
        var certificate = TestCertificates.Server("www.example.com");
        for (var i = 0; i < 2; i++)
        {
            await using var tls = new TlsFixture(new TlsOptions { TicketKeyFile = folder.File("tickets") });
            tls.Offer("www.example.com", certificate);

            // The client's cache goes by name alone.
            await EchoAsync(tls, SslProtocols.Tls13, 10, static () => 9000);
            Assert.Equal(i == 1, tls.Agreements.Any(static agreement => agreement.IsResumed));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("tickets")));
    }

    private static async Task EchoAsync(TlsFixture tls, SslProtocols protocol, int length, Func<int> next, Action<SslClientAuthenticationOptions>? configure = null)
    {
        await using var client = await tls.ShakeAsync(wrap: stream => new SlicingStream(stream, next), configure: options =>
        {
            options.EnabledSslProtocols = protocol;
            configure?.Invoke(options);
        });
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var received = new byte[length];
        var reading = client.ReadExactlyAsync(received).AsTask();
        await client.WriteAsync(bytes).AsTask().WaitAsync(Patience);
        await reading.WaitAsync(Patience);
        Assert.Equal(bytes, received);
        await client.ShutdownAsync();
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
    }

    private static Task AssertServesAsync(TlsFixture tls) => EchoAsync(tls, SslProtocols.Tls13, 100, static () => 9000);

    private static async Task<byte[]> ReceiveToEndAsync(Socket client)
    {
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await client.ReceiveAsync(buffer).WaitAsync(Patience)) > 0)
            {
                all.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // A reset ends it too.
        }

        return all.ToArray();
    }

    private static async Task WaitForAsync(StreamReader reader, string text)
    {
        var all = new StringBuilder();
        var buffer = new char[4096];
        while (!all.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await reader.ReadAsync(buffer).AsTask().WaitAsync(Patience);
            Assert.True(count > 0, $"ended without \"{text}\":\n{all}");
            all.Append(buffer, 0, count);
        }
    }
}
