using System.Runtime.InteropServices;

namespace UwsgiIt.Router.Tls;

/// <summary>libcrypto's OCSP as far as we use it, in its own spelling. Manual pages: OCSP_response_status(3) and its neighbours.</summary>
internal static unsafe partial class NativeOcsp
{
    public const int OCSP_RESPONSE_STATUS_SUCCESSFUL = 0;
    public const int V_OCSP_CERTSTATUS_GOOD = 0;
    public const int V_OCSP_CERTSTATUS_REVOKED = 1;
    public const uint X509_V_FLAG_PARTIAL_CHAIN = 0x80000;

    private const string Library = NativeCrypto.Library;

    [LibraryImport(Library)]
    public static partial nint OCSP_cert_to_id(nint digest, nint subject, nint issuer);

    [LibraryImport(Library)]
    public static partial void OCSP_CERTID_free(nint id);

    [LibraryImport(Library)]
    public static partial nint OCSP_REQUEST_new();

    [LibraryImport(Library)]
    public static partial void OCSP_REQUEST_free(nint request);

    // Takes the id.
    [LibraryImport(Library)]
    public static partial nint OCSP_request_add0_id(nint request, nint id);

    [LibraryImport(Library)]
    public static partial int i2d_OCSP_REQUEST(nint request, byte** output);

    [LibraryImport(Library)]
    public static partial nint d2i_OCSP_RESPONSE(nint reuse, byte** input, nint length);

    [LibraryImport(Library)]
    public static partial void OCSP_RESPONSE_free(nint response);

    [LibraryImport(Library)]
    public static partial int OCSP_response_status(nint response);

    [LibraryImport(Library)]
    public static partial nint OCSP_response_get1_basic(nint response);

    [LibraryImport(Library)]
    public static partial void OCSP_BASICRESP_free(nint basic);

    [LibraryImport(Library)]
    public static partial int OCSP_basic_verify(nint basic, nint certificates, nint store, ulong flags);

    [LibraryImport(Library)]
    public static partial int OCSP_resp_find_status(nint basic, nint id, int* status, int* reason, nint* revokedAt, nint* thisUpdate, nint* nextUpdate);

    [LibraryImport(Library)]
    public static partial int OCSP_check_validity(nint thisUpdate, nint nextUpdate, nint toleranceSeconds, nint maxAgeSeconds);

    [LibraryImport(Library)]
    public static partial int ASN1_TIME_diff(int* days, int* seconds, nint from, nint to);

    [LibraryImport(Library)]
    public static partial int X509_STORE_set_flags(nint store, ulong flags);

    [LibraryImport(Library)]
    public static partial nint CRYPTO_malloc(nuint size, nint file, int line);
}
