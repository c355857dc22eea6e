using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace UwsgiIt.Router.Tls;

/// <summary>Whether the host has the OpenSSL that we bind, and which.</summary>
internal static class OpenSslLibrary
{
    private static readonly Lazy<(string? Version, string? Problem)> Probe = new(Load);

    /// <summary>For example <c>OpenSSL 3.0.19 27 Jan 2026</c>; null when it cannot be used.</summary>
    public static string? Version => Probe.Value.Version;

    /// <summary>Why it cannot be used, or null.</summary>
    public static string? Problem => Probe.Value.Problem;

    /// <summary>The text of the oldest error on this thread, and an empty queue; null when there is none.</summary>
    public static string? TakeError()
    {
        var error = NativeCrypto.ERR_get_error();
        if (error == 0)
        {
            return null;
        }

        NativeCrypto.ERR_clear_error();
        return Marshal.PtrToStringUTF8(NativeCrypto.ERR_reason_error_string(error)) ?? $"error {error:X}";
    }

    private static (string? Version, string? Problem) Load()
    {
        if (!NativeLibrary.TryLoad(NativeSsl.Library, out _) || !NativeLibrary.TryLoad(NativeCrypto.Library, out _))
        {
            return (null, $"{NativeSsl.Library} is not installed");
        }

        // Certificates and keys are shared with the runtime's classes, so both must be the same library.
        var version = NativeCrypto.OpenSSL_version_num();
        if ((ulong)SafeEvpPKeyHandle.OpenSslVersion != version)
        {
            return (null, $"the runtime has loaded another OpenSSL ({SafeEvpPKeyHandle.OpenSslVersion:x} instead of {version:x})");
        }

        return NativeSsl.OPENSSL_init_ssl(NativeCrypto.OPENSSL_INIT_LOAD_CONFIG | NativeCrypto.OPENSSL_INIT_NO_ATEXIT, 0) == 1
            ? (Marshal.PtrToStringUTF8(NativeCrypto.OpenSSL_version(NativeCrypto.OPENSSL_VERSION)), null)
            : (null, $"it cannot be initialised: {TakeError()}");
    }
}
