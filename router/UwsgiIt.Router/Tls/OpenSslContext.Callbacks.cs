using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using static UwsgiIt.Router.Tls.NativeCrypto;
using static UwsgiIt.Router.Tls.NativeSsl;

namespace UwsgiIt.Router.Tls;

/// <summary>What OpenSSL asks during a handshake. Nothing may be thrown through it.</summary>
internal sealed unsafe partial class OpenSslContext
{
    private const int InternalErrorAlert = 80;
    private const byte HostNameType = 0;

    // RFC 6066: a host name, of which a DNS name is at most 255.
    private const int MaxSniBytes = 255;

    private static readonly nint Cipher = EVP_CIPHER_fetch(0, "AES-256-CBC", null);

    // A name is made a string once per handshake; characters beyond ASCII are of no name of ours.
    private static string? ReadSniName(nint ssl)
    {
        byte* data;
        nuint length;
        if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &data, &length) != 1)
        {
            return null;
        }

        return TryParseSni(new ReadOnlySpan<byte>(data, (int)length), out var name) ? name : null;
    }

    /// <summary>Reads a server_name extension (RFC 6066, section 3); false when it holds no name of DNS.</summary>
    public static bool TryParseSni(ReadOnlySpan<byte> extension, out string name)
    {
        name = "";
        if (extension.Length < 5
            || BinaryPrimitives.ReadUInt16BigEndian(extension) != extension.Length - 2
            || extension[2] != HostNameType
            || BinaryPrimitives.ReadUInt16BigEndian(extension[3..]) is var length && (length is 0 or > MaxSniBytes || length > extension.Length - 5))
        {
            return false;
        }

        var bytes = extension.Slice(5, length);
        if (bytes.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) >= 0)
        {
            return false;
        }

        name = Encoding.ASCII.GetString(bytes);
        return true;
    }

    private void SetCallbacks()
    {
        SSL_CTX_set_client_hello_cb(Handle, &OnClientHello, 0);
        _ = SSL_CTX_callback_ctrl(Handle, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, &OnServerName);
        _ = SSL_CTX_callback_ctrl(Handle, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, &OnStatus);
        SSL_CTX_set_alpn_select_cb(Handle, &OnAlpn, 0);
        _ = SSL_CTX_set_tlsext_ticket_key_evp_cb(Handle, &OnTicket);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnClientHello(nint ssl, int* alert, nint argument)
    {
        *alert = InternalErrorAlert;
        var session = TlsSession.Current!;
        try
        {
            return session.Context.TrySelect(ssl, session, ReadSniName(ssl)) ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR;
        }
        catch (Exception e)
        {
            // Must not unwind through C; the client gets an alert.
            Log.HelloFault(session.Context._logger, e);
            return SSL_CLIENT_HELLO_ERROR;
        }
    }

    // The certificate is chosen by now; this only tells the client that its name was looked at.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnServerName(nint ssl, int* alert, nint argument) =>
        TlsSession.Current!.Binding is { Name.Length: > 0 } ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;

    // Called when the client asks for an OCSP answer. The library frees what it is given.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnStatus(nint ssl, nint argument)
    {
        if (TlsSession.Current!.Staple?.Current is not { } answer || NativeOcsp.CRYPTO_malloc((nuint)answer.Length, 0, 0) is not (not 0 and var copy))
        {
            return SSL_TLSEXT_ERR_NOACK;
        }

        answer.CopyTo(new Span<byte>((void*)copy, answer.Length));
        return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, answer.Length, copy) == 1 ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnAlpn(nint ssl, byte** chosen, byte* chosenLength, byte* offered, uint offeredLength, nint argument)
    {
        var offer = new ReadOnlySpan<byte>(offered, (int)offeredLength);
        var at = FindProtocol(offer, "h2"u8);
        at = at > 0 ? at : FindProtocol(offer, "http/1.1"u8);
        if (at == 0)
        {
            return SSL_TLSEXT_ERR_ALERT_FATAL;
        }

        *chosen = offered + at;
        *chosenLength = offered[at - 1];
        TlsSession.Current!.IsHttp2 = offered[at - 1] == 2;
        return SSL_TLSEXT_ERR_OK;
    }

    /// <summary>Where a protocol's name is in a list of names with their lengths before them; 0 when it is not.</summary>
    public static int FindProtocol(ReadOnlySpan<byte> offer, ReadOnlySpan<byte> protocol)
    {
        for (var at = 0; at < offer.Length;)
        {
            int length = offer[at++];
            if (length > offer.Length - at)
            {
                return 0;
            }

            if (offer.Slice(at, length).SequenceEqual(protocol))
            {
                return at;
            }

            at += length;
        }

        return 0;
    }

    // 0: not a ticket of ours, do a full handshake. 1: go on. 2: go on, and give the client a new one. Below: a fault.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTicket(nint ssl, byte* name, byte* iv, nint cipher, nint mac, int seals)
    {
        var keys = TlsSession.Current!.Context.Tickets;
        var newest = keys.Newest;
        if (seals != 0)
        {
            // The iv's length is EVP_MAX_IV_LENGTH; the cipher's is as long.
            try
            {
                RandomNumberGenerator.Fill(new Span<byte>(iv, 16));
            }
            catch (CryptographicException)
            {
                return -1;
            }

            newest.Name.CopyTo(new Span<byte>(name, TicketKey.NameBytes));
            return EVP_EncryptInit_ex(cipher, Cipher, 0, newest.CipherKey, iv) == 1 && EVP_MAC_CTX_set_params(mac, newest.MacParameters) == 1 ? 1 : -1;
        }

        if (keys.Find(new ReadOnlySpan<byte>(name, TicketKey.NameBytes)) is not { } key)
        {
            return 0;
        }

        return EVP_DecryptInit_ex(cipher, Cipher, 0, key.CipherKey, iv) != 1 || EVP_MAC_CTX_set_params(mac, key.MacParameters) != 1 ? -1 : key == newest ? 1 : 2;
    }
}
