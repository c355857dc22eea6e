using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Resources;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Servers;

/// <summary>First steps: the first operator with a token, and the first server with its certificate. Only on the local socket, only while there is no operator.</summary>
internal static class BootstrapEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapPost("/bootstrap", RunAsync).WithTags("bootstrap").WithMetadata(new Access(Surface.Operator, Scopes.Admin)).AddEndpointFilter<WriteFilter>().Produces<BootstrapResult>(StatusCodes.Status201Created);
        v1.MapGet("/me", Me).WithTags("me").WithMetadata(new Access(Surface.Customer)).Produces<MeView>();
    }

    private static ApiResult Me([FromServices] Caller caller) => new(StatusCodes.Status200OK, new MeView { Actor = caller.Actor, User = caller.UserId, Customer = caller.CustomerId, Role = caller.Role.ToString().ToLowerInvariant() });

    private static async Task<ApiResult> RunAsync([FromServices] ApiContext db, [FromServices] Passwords passwords, [FromServices] ServerStore servers, [FromServices] CertificateAuthority authority, HttpContext http, [FromBody] BootstrapRequest body)
    {
        if (await db.Users.AnyAsync(static user => user.Role == UserRole.Operator, http.RequestAborted))
        {
            throw Fault.Conflict("There is an operator already.");
        }

        var user = new User { Name = LoginName.Check(body.Admin), Role = UserRole.Operator, PasswordHash = await passwords.HashAsync(LoginName.CheckPassword(body.Password), http.RequestAborted) };
        db.Add(user);
        await db.SaveChangesAsync(http.RequestAborted);
        var text = TokenText.Make();
        db.Add(new Token { Name = "bootstrap", UserId = user.Id, Hash = TokenText.HashOf(text), Scopes = "all" });
        Server? server = null;
        IssuedCertificate? certificate = null;
        if (body.Server is not null)
        {
            server = await servers.CreateAsync(new ServerCreate { Name = body.Server, Address = body.Address ?? throw Fault.Invalid("address", "is needed with server"), Memory = body.Memory ?? 0, Storage = body.Storage ?? 0 }, http.RequestAborted);
            certificate = body.Request is null ? null : ServerActions.Issue(authority, server, body.Request);
        }

        await db.SaveChangesAsync(http.RequestAborted);
        return new ApiResult(StatusCodes.Status201Created, new BootstrapResult { Operator = user.Id, Token = text, Authority = authority.CertificatePem, Server = server?.Id, Certificate = certificate?.Certificate });
    }
}
