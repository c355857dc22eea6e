using System.Security.Cryptography.X509Certificates;
using static UwsgiIt.Router.Tls.NativeCrypto;
using static UwsgiIt.Router.Tls.NativeOcsp;

namespace UwsgiIt.Router.Tls;

/// <summary>Questions to a responder and its answers (RFC 6960), by OpenSSL.</summary>
internal static unsafe class OcspExchange
{
    // Ours: an answer that does not say how long it holds.
    private static readonly TimeSpan UnsaidValidity = TimeSpan.FromHours(1);

    // Clocks differ.
    private const int ToleranceSeconds = 300;

    /// <summary>The question whether a certificate of this issuer is good. Without a nonce: the answer is for many.</summary>
    public static byte[] Ask(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        var request = OCSP_REQUEST_new();
        try
        {
            _ = OCSP_request_add0_id(request, OCSP_cert_to_id(0, certificate.Handle, issuer.Handle));
            var bytes = new byte[i2d_OCSP_REQUEST(request, null)];
            fixed (byte* start = bytes)
            {
                var pointer = start;
                _ = i2d_OCSP_REQUEST(request, &pointer);
            }

            return bytes;
        }
        finally
        {
            OCSP_REQUEST_free(request);
            GC.KeepAlive(certificate);
            GC.KeepAlive(issuer);
        }
    }

    /// <summary>Judges an answer, which anybody on the way may have made; a good one holds for <paramref name="validFor"/> from now.</summary>
    public static OcspVerdict Read(ReadOnlySpan<byte> answer, X509Certificate2 certificate, X509Certificate2 issuer, out TimeSpan validFor)
    {
        validFor = default;
        fixed (byte* start = answer)
        {
            var pointer = start;
            var response = d2i_OCSP_RESPONSE(0, &pointer, answer.Length);
            if (response == 0)
            {
                ERR_clear_error();
                return OcspVerdict.Unusable;
            }

            nint basic = 0;
            try
            {
                if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
                {
                    return OcspVerdict.Unknown;
                }

                basic = OCSP_response_get1_basic(response);
                return basic == 0 || !IsAuthoritys(basic, issuer) ? OcspVerdict.Unusable : Find(basic, certificate, issuer, out validFor);
            }
            finally
            {
                OCSP_BASICRESP_free(basic);
                OCSP_RESPONSE_free(response);
                ERR_clear_error();
                GC.KeepAlive(certificate);
                GC.KeepAlive(issuer);
            }
        }
    }

    /// <summary>True when the issuer signed it, or somebody whom it lets sign such answers.</summary>
    private static bool IsAuthoritys(nint basic, X509Certificate2 issuer)
    {
        var store = X509_STORE_new();
        var certificates = OPENSSL_sk_new_null();
        try
        {
            // The issuer is mostly no root.
            _ = X509_STORE_add_cert(store, issuer.Handle);
            _ = X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
            _ = OPENSSL_sk_push(certificates, issuer.Handle);
            return OCSP_basic_verify(basic, certificates, store, 0) == 1;
        }
        finally
        {
            OPENSSL_sk_free(certificates);
            X509_STORE_free(store);
        }
    }

    private static OcspVerdict Find(nint basic, X509Certificate2 certificate, X509Certificate2 issuer, out TimeSpan validFor)
    {
        validFor = default;
        int status, reason, days, seconds;
        nint revokedAt, thisUpdate, nextUpdate;
        var id = OCSP_cert_to_id(0, certificate.Handle, issuer.Handle);
        var isFound = OCSP_resp_find_status(basic, id, &status, &reason, &revokedAt, &thisUpdate, &nextUpdate) == 1;
        OCSP_CERTID_free(id);
        if (!isFound || OCSP_check_validity(thisUpdate, nextUpdate, ToleranceSeconds, -1) != 1)
        {
            return OcspVerdict.Unusable;
        }

        validFor = nextUpdate == 0 || ASN1_TIME_diff(&days, &seconds, 0, nextUpdate) != 1 ? UnsaidValidity : new TimeSpan(days, 0, 0, seconds);
        return status switch
        {
            V_OCSP_CERTSTATUS_GOOD => validFor > TimeSpan.Zero ? OcspVerdict.Good : OcspVerdict.Unusable,
            V_OCSP_CERTSTATUS_REVOKED => OcspVerdict.Revoked,
            _ => OcspVerdict.Unknown,
        };
    }
}
