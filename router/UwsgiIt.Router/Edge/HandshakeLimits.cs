using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Edge;

/// <summary>How many TLS handshakes may be under way: in all, of one address, for one name. Who is over a limit is closed before anything is signed for it.</summary>
internal sealed class HandshakeLimits(IOptions<LimitsOptions> options, RouterMetrics metrics)
{
    // Ours: what a browser opens to one site while none is through.
    private const int NewcomerHandshakes = 4;

    private readonly Lock _lock = new();

    // Names with a certificate of their own are told apart by it, all others are one: names that a stranger makes up cost nothing and win nothing.
    private readonly Dictionary<CertificateBinding, int> _names = []; // guarded by _lock; holds only what is under way
    private readonly LimitsOptions _options = options.Value;
    private int _underWay; // guarded by _lock

    /// <summary>The way into a handshake; its end is <see cref="End"/>, or that of the connection.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var account = connection.Features.Get<ClientAccount>() ?? new ClientAccount();
        if (!TryBegin(account))
        {
            metrics.ConnectionRefused(ConnectionRefusal.Handshakes);
            return;
        }

        var place = new HandshakePlace(this, account);
        connection.Features.Set(place);
        try
        {
            await next(connection);
        }
        finally
        {
            End(place);
        }
    }

    /// <summary>Called with the client's hello read, by either engine. False: the handshake is to end.</summary>
    public bool TryName(HandshakePlace place, CertificateBinding name)
    {
        lock (_lock)
        {
            var count = _names.GetValueOrDefault(name);
            if (count < _options.MaxHandshakesPerName)
            {
                // A second hello of one handshake may come with another name.
                LeaveName(place);
                _names[name] = _names.GetValueOrDefault(name) + 1;
                place.Name = name;
                return true;
            }
        }

        metrics.ConnectionRefused(ConnectionRefusal.HandshakesOfName);
        return false;
    }

    /// <summary>To be called by what comes after the handshake; once more does no harm.</summary>
    public void End(HandshakePlace place)
    {
        lock (_lock)
        {
            if (!place.IsOver)
            {
                place.IsOver = true;
                place.Account.Handshakes--;
                _underWay--;
                LeaveName(place);
            }
        }
    }

    private bool TryBegin(ClientAccount account)
    {
        lock (_lock)
        {
            // The last tenth is for addresses that have next to none under way, as the last connections are.
            var most = account.Handshakes < NewcomerHandshakes ? _options.MaxHandshakes : _options.MaxHandshakes - (_options.MaxHandshakes / 10);
            if (_underWay >= most || account.Handshakes >= _options.MaxHandshakesPerAddress)
            {
                return false;
            }

            _underWay++;
            account.Handshakes++;
            return true;
        }
    }

    private void LeaveName(HandshakePlace place)
    {
        if (place.Name is { } name && --CollectionsMarshal.GetValueRefOrNullRef(_names, name) == 0)
        {
            _names.Remove(name);
        }

        place.Name = null;
    }
}
