using System.Security.Cryptography;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>What is done to servers beside the common verbs.</summary>
internal static class ServerActions
{
    // Long enough for an operator to look and for agents to fetch; arbitrary.
    private const int ConfirmationSeconds = 3600;

    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapPost("/servers/{id:int}/certificate", SignAsync).WithTags("servers").WithMetadata(new Access(Surface.Operator, Scopes.Admin)).AddEndpointFilter<WriteFilter>().Produces<IssuedCertificate>();
        v1.MapPost("/servers/{id:int}/confirm-removal", ConfirmAsync).WithTags("servers").WithMetadata(new Access(Surface.Operator, Scopes.Admin)).AddEndpointFilter<WriteFilter>().Produces(StatusCodes.Status204NoContent);
        v1.MapGet("/collected-values", ValuesAsync).WithTags("collected-values").WithMetadata(new Access(Surface.Operator, Scopes.Admin)).Produces<IReadOnlyList<CollectedValueView>>();
        v1.MapGet("/authority", static ([FromServices] CertificateAuthority authority) => TypedResults.Text(authority.CertificatePem, "application/x-pem-file")).WithTags("servers").WithMetadata(new Access(Surface.Public));
    }

    /// <summary>Signs a host's key and binds the certificate to its server: from then on no other is taken for it.</summary>
    public static IssuedCertificate Issue(CertificateAuthority authority, Server server, string request)
    {
        try
        {
            using var certificate = authority.Sign(request, server.Name);
            server.CertificateFingerprint = CertificateAuthority.FingerprintOf(certificate);
            server.PreviousFingerprint = null;
            return new IssuedCertificate { Certificate = certificate.ExportCertificatePem(), Authority = authority.CertificatePem, Fingerprint = server.CertificateFingerprint, NotAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeSeconds() };
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw Fault.Invalid("request", "is no certificate request in PEM signed by its key");
        }
    }

    private static async Task<ApiResult> SignAsync([FromServices] ServerStore store, [FromServices] CertificateAuthority authority, HttpContext http, int id, [FromBody] CertificateRequestBody body)
    {
        var row = await store.FindAsync(id, http.RequestAborted) ?? throw Fault.NotFound();
        return new ApiResult(StatusCodes.Status200OK, Issue(authority, row, body.Request));
    }

    private static async Task<ApiResult> ConfirmAsync([FromServices] ServerStore store, [FromServices] TimeProvider time, HttpContext http, int id)
    {
        var row = await store.FindAsync(id, http.RequestAborted) ?? throw Fault.NotFound();
        row.RemovalConfirmedUntilUnix = time.GetUtcNow().ToUnixTimeSeconds() + ConfirmationSeconds;
        return new ApiResult(StatusCodes.Status204NoContent);
    }

    private static async Task<ApiResult> ValuesAsync([FromServices] ApiContext db, HttpContext http, int? server) => new(
        StatusCodes.Status200OK,
        await db.CollectedValues.AsNoTracking().Where(row => server == null || row.ServerId == server).OrderBy(static row => row.Id).Select(static row => new CollectedValueView { Id = row.Id, Server = row.ServerId, Filename = row.File!.Filename, Value = row.Value, Modified = row.ModifiedUnix }).ToListAsync(http.RequestAborted));
}
