using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static UwsgiIt.Router.Tls.NativeCrypto;

namespace UwsgiIt.Router.Tls;

/// <summary>
/// The source and sink that OpenSSL reads ciphertext from and writes it to: the socket itself, so that no byte is copied between. Which
/// session's is known by the thread: OpenSSL calls back only from within a call of ours.
/// </summary>
internal static unsafe class TlsBio
{
    private static readonly nint Method = MakeMethod();

    public static nint New()
    {
        var bio = BIO_new(Method);
        BIO_set_init(bio, 1);
        return bio;
    }

    private static nint MakeMethod()
    {
        // Lives as long as the process.
        var name = (byte*)NativeMemory.AllocZeroed(16);
        "event loop"u8.CopyTo(new Span<byte>(name, 16));
        var method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, name);
        _ = BIO_meth_set_read(method, &Read);
        _ = BIO_meth_set_write(method, &Write);
        _ = BIO_meth_set_ctrl(method, &Control);
        return method;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint bio, byte* buffer, int length)
    {
        BIO_clear_flags(bio, BIO_FLAGS_ALL_RETRY);
        var count = TlsSession.Current!.ReceiveCiphertext(new Span<byte>(buffer, length));
        if (count == TlsSession.WouldBlock)
        {
            BIO_set_flags(bio, BIO_FLAGS_READ_RETRY);
        }

        return count < 0 ? -1 : count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint bio, byte* buffer, int length)
    {
        BIO_clear_flags(bio, BIO_FLAGS_ALL_RETRY);
        return TlsSession.Current!.SendCiphertext(new ReadOnlySpan<byte>(buffer, length)) ? length : -1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Control(nint bio, int command, nint number, nint pointer) => command == BIO_CTRL_FLUSH ? 1 : 0;
}
