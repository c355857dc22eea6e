using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Tuntap.Diagnostics;
using UwsgiIt.Tuntap.Hosting;
using UwsgiIt.Tuntap.Routing;

namespace UwsgiIt.Tuntap.Dns;

/// <summary>
/// The gateway's resolver: answers <c>.local</c> itself and hands everything else to the host's resolvers, byte for byte. UDP sockets, bound to the
/// gateway's addresses, come from the daemon. Bounded: questions under way in all and for each asker.
/// </summary>
internal sealed partial class DnsRelay(TuntapRouter router, IOptions<TuntapOptions> options, ILogger<DnsRelay> logger) : IDisposable
{
    /// <summary>Questions under way. Ours; what is above is not answered, and resolvers ask again.</summary>
    private const int MaxPending = 512;

    /// <summary>Questions of one container under way. Ours.</summary>
    private const int MaxPendingOfOne = 32;

    private const int MaxMessageBytes = 4_096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly Dictionary<IPAddress, int> _pending = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Socket> _sockets = [];
    private int _total;

    /// <summary>True once it has sockets.</summary>
    public bool IsServing
    {
        get
        {
            lock (_pending)
            {
                return _sockets.Count > 0;
            }
        }
    }

    /// <summary>Serves a bound UDP socket, which is this object's from now on.</summary>
    public void Serve(Socket socket)
    {
        lock (_pending)
        {
            _sockets.Add(socket);
        }

        _ = ReceiveAsync(socket);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        lock (_pending)
        {
            _sockets.ForEach(static socket => socket.Dispose());
        }

        _stopping.Dispose();
    }

    private async Task ReceiveAsync(Socket socket)
    {
        var buffer = new byte[MaxMessageBytes];
        var anybody = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, _stopping.Token);
                var asker = (IPEndPoint)received.RemoteEndPoint;
                if (DnsQuestion.TryRead(buffer.AsSpan(0, received.ReceivedBytes), out var question) && TryBegin(asker.Address))
                {
                    _ = AnswerAsync(socket, asker, buffer[..received.ReceivedBytes], question);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                // An asker's port that is closed by now is reported on the next receive; the socket itself is sound.
                Log.Failed(logger, e);
            }
        }
    }

    private async Task AnswerAsync(Socket socket, IPEndPoint asker, byte[] query, DnsQuestion question)
    {
        try
        {
            var answer = question.Name.EndsWith(LocalNames.Suffix, StringComparison.Ordinal) ? AnswerLocally(asker.Address, query, question) : await AskAsync(query, question);
            await socket.SendToAsync(answer, SocketFlags.None, asker, _stopping.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Log.Failed(logger, e);
        }
        finally
        {
            End(asker.Address);
        }
    }

    private byte[] AnswerLocally(IPAddress asker, byte[] query, DnsQuestion question)
    {
        var table = router.Table;
        var family = asker.AddressFamily == AddressFamily.InterNetwork ? AddressFamilies.V4 : AddressFamilies.V6;
        if (LocalNames.Find(table, IpAddresses.ToNumber(asker), family, question.Name) is not { } uid)
        {
            return DnsAnswer.Write(query, question, DnsAnswer.NameError, []);
        }

        var address = (question.Class, question.Type) switch
        {
            (1, DnsQuestion.A) => IpAddresses.FromNumber(AddressFamilies.V4, table.Host.Plan.V4(uid)).GetAddressBytes(),
            (1, DnsQuestion.Aaaa) => IpAddresses.FromNumber(AddressFamilies.V6, table.Host.Plan.V6(uid)).GetAddressBytes(),
            _ => [],
        };
        return DnsAnswer.Write(query, question, DnsAnswer.NoError, address);
    }

    private async Task<byte[]> AskAsync(byte[] query, DnsQuestion question)
    {
        // A number and a port of our own for each question: the asker's may be known to somebody who would like to answer it.
        var number = (ushort)System.Security.Cryptography.RandomNumberGenerator.GetInt32(65_536);
        var forwarded = (byte[])query.Clone();
        BinaryPrimitives.WriteUInt16BigEndian(forwarded, number);
        foreach (var resolver in options.Value.EffectiveResolvers())
        {
            using var socket = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            patience.CancelAfter(Patience);
            try
            {
                await socket.ConnectAsync(resolver, patience.Token);
                await socket.SendAsync(forwarded, patience.Token);
                var buffer = new byte[MaxMessageBytes];
                while (true)
                {
                    var length = await socket.ReceiveAsync(buffer, patience.Token);
                    if (length >= question.EndOffset && BinaryPrimitives.ReadUInt16BigEndian(buffer) == number && (buffer[2] & 0x80) != 0
                        && buffer.AsSpan(DnsQuestion.HeaderBytes, question.EndOffset - DnsQuestion.HeaderBytes).SequenceEqual(query.AsSpan(DnsQuestion.HeaderBytes, question.EndOffset - DnsQuestion.HeaderBytes)))
                    {
                        BinaryPrimitives.WriteUInt16BigEndian(buffer, question.Id);
                        return buffer[..length];
                    }
                }
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !_stopping.IsCancellationRequested))
            {
                Log.Failed(logger, e);
            }
        }

        return DnsAnswer.Write(query, question, DnsAnswer.ServerFailure, []);
    }

    private bool TryBegin(IPAddress asker)
    {
        lock (_pending)
        {
            var count = _pending.GetValueOrDefault(asker);
            if (count >= MaxPendingOfOne || _total >= MaxPending)
            {
                return false;
            }

            _pending[asker] = count + 1;
            _total++;
            return true;
        }
    }

    private void End(IPAddress asker)
    {
        lock (_pending)
        {
            _total--;
            if (--_pending[asker] is 0)
            {
                _pending.Remove(asker);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(TuntapEventIds.DnsFailed, LogLevel.Debug, "A question could not be passed on.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
