using System.Security.Cryptography;

namespace UwsgiIt.Router.Tls;

/// <summary>A key that session tickets are sealed with: AES-256-CBC, then HMAC-SHA256, as RFC 5077 proposes.</summary>
internal sealed class TicketKey
{
    public const int NameBytes = 16;
    public const int CipherKeyBytes = 32;
    public const int MacKeyBytes = 32;

    /// <summary>Of name and both keys.</summary>
    public const int TotalBytes = NameBytes + CipherKeyBytes + MacKeyBytes;

    private static readonly byte[] Digest = Pin("SHA256\0"u8);
    private static readonly byte[] DigestName = Pin("digest\0"u8);
    private static readonly byte[] KeyName = Pin("key\0"u8);

    // Pinned: OpenSSL is given addresses in it, and it is wiped where it lies.
    private readonly byte[] _bytes;
    private readonly NativeCrypto.Parameter[] _parameters = GC.AllocateArray<NativeCrypto.Parameter>(3, pinned: true);

    public unsafe TicketKey(ReadOnlySpan<byte> bytes, DateTimeOffset madeAt)
    {
        _bytes = Pin(bytes);
        MadeAt = madeAt;
        _parameters[0] = new NativeCrypto.Parameter { Key = Address(KeyName, 0), DataType = NativeCrypto.OSSL_PARAM_OCTET_STRING, Data = Address(_bytes, NameBytes + CipherKeyBytes), DataSize = MacKeyBytes };
        _parameters[1] = new NativeCrypto.Parameter { Key = Address(DigestName, 0), DataType = NativeCrypto.OSSL_PARAM_UTF8_STRING, Data = Address(Digest, 0), DataSize = (nuint)Digest.Length - 1 };
    }

    public DateTimeOffset MadeAt { get; }

    public ReadOnlySpan<byte> Name => _bytes.AsSpan(0, NameBytes);

    public ReadOnlySpan<byte> Bytes => _bytes;

    public unsafe byte* CipherKey => Address(_bytes, NameBytes);

    /// <summary>Key and digest for an EVP_MAC_CTX.</summary>
    public unsafe NativeCrypto.Parameter* MacParameters
    {
        get
        {
            fixed (NativeCrypto.Parameter* pointer = _parameters)
            {
                return pointer;
            }
        }
    }

    public static TicketKey Make(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[TotalBytes];
        RandomNumberGenerator.Fill(bytes);
        var key = new TicketKey(bytes, now);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    /// <summary>No handshake can be using it any more.</summary>
    public void Wipe() => CryptographicOperations.ZeroMemory(_bytes);

    private static byte[] Pin(ReadOnlySpan<byte> bytes)
    {
        var pinned = GC.AllocateArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned);
        return pinned;
    }

    private static unsafe byte* Address(byte[] pinned, int offset)
    {
        fixed (byte* pointer = pinned)
        {
            return pointer + offset;
        }
    }
}
