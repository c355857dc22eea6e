using System.Net.Security;
using CsCheck;
using UwsgiIt.Router.Sessions;

namespace UwsgiIt.Router.Tests.Sessions;

public sealed class ClientHelloTests
{
    [Theory]
    [InlineData("www.example.com", null, false)]
    [InlineData("WWW.Example.com", "h2,http/1.1", false)]
    [InlineData("www.example.com", "acme-tls/1", true)]
    [InlineData("www.example.com", "acme-tls/1,h2", false)]
    [InlineData("", "imap", false)]
    public async Task RealHello_IsRead_HoweverItsRecordsAreCut(string name, string? protocols, bool isAcme)
    {
        var hello = await MakeAsync(name, protocols);
        AssertReads(hello, name, isAcme);

        // The same message in records of seven bytes.
        var cut = new List<byte>();
        foreach (var part in hello[5..].Chunk(7))
        {
            cut.AddRange([22, 3, 1, 0, (byte)part.Length, .. part]);
        }

        AssertReads([.. cut], name, isAcme);
    }

    [Fact]
    public async Task ChangedHello_IsReadOrRefused_NeverBelievedBeyondItsBounds()
    {
        var hello = await MakeAsync("www.example.com", "h2");
        Gen.Select(Gen.Int[0, hello.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var changed = hello.ToArray();
            changed[at] = value;
            var status = ClientHelloReader.Read(changed, out var read);
            Assert.Equal(status == ClientHelloStatus.Complete, read is not null);
        });
    }

    [Fact]
    public void WhatIsNoHello_IsMalformed()
    {
        foreach (var bytes in (byte[][])["GET / HTTP/1.1\r\n"u8.ToArray(), [23, 3, 3, 0, 1, 0], [22, 3, 3, 0, 0], [22, 2, 0, 0, 5], [22, 3, 1, 0, 4, 2, 0, 0, 0], [22, 3, 1, 0, 4, 1, 1, 0, 0], [22, 3, 1, 0xff, 0xff, 1]])
        {
            Assert.Equal(ClientHelloStatus.Malformed, ClientHelloReader.Read(bytes, out _));
        }
    }

    private static void AssertReads(byte[] hello, string name, bool isAcme)
    {
        for (var length = 0; length < hello.Length; length++)
        {
            Assert.Equal(ClientHelloStatus.Incomplete, ClientHelloReader.Read(hello.AsSpan(0, length), out _));
        }

        Assert.Equal(ClientHelloStatus.Complete, ClientHelloReader.Read(hello, out var read));
        Assert.Equal(name.Length == 0 ? null : name.ToLowerInvariant(), read!.ServerName);
        Assert.Equal(isAcme, read.IsAcmeChallenge);
    }

    /// <summary>What the runtime's own TLS client sends first.</summary>
    private static async Task<byte[]> MakeAsync(string name, string? protocols)
    {
        await using var wire = new FirstWrite();
        await using var client = new SslStream(wire);
        await Assert.ThrowsAnyAsync<Exception>(() => client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            ApplicationProtocols = protocols?.Split(',').Select(static protocol => new SslApplicationProtocol(protocol)).ToList(),
        }));
        return wire.ToArray();
    }

    private sealed class FirstWrite : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);
    }
}
