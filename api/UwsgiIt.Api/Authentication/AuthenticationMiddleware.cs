using UwsgiIt.Api.Customers;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Legacy;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Authentication;

/// <summary>Every request passes here after routing: it finds out who calls, whether the endpoint serves such callers, and whose rows the request may see.</summary>
internal sealed class AuthenticationMiddleware(RequestDelegate next, CustomerLogin customers, HostLogin hosts, PeerAddress peers, RequestRates rates)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var access = context.GetEndpoint()?.Metadata.GetMetadata<Access>();
        if (access is null)
        {
            // Routing found no such path, no such method on it, or not for such a body.
            throw context.GetEndpoint()?.DisplayName switch
            {
                null => Fault.NotFound(),
                "415 HTTP Unsupported Media Type" => new Fault((FaultKind)StatusCodes.Status415UnsupportedMediaType, "The body must be application/json."),
                _ => new Fault(FaultKind.MethodNotAllowed, "Method not allowed"),
            };
        }

        if (!LegacyPreflight.Applies(context, access))
        {
            var caller = await LoginAsync(context, access);
            Authorize(context, access, caller);
            if (access.Surface is not (Surface.Host or Surface.ExpiredHost or Surface.Privileged))
            {
                rates.Count(context, caller, peers.Of(context), KindOf(context));
            }

            context.Features.Set(caller);
            context.RequestServices.GetRequiredService<Tenant>().Become(caller.ServerId is not null || caller.IsOperator || access.Surface == Surface.Privileged ? null : caller.CustomerId ?? 0);
        }

        await next(context);
    }

    private static RequestKind KindOf(HttpContext context)
    {
        var request = context.Request;
        return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? RequestKind.Reads
            : HttpMethods.IsPost(request.Method) && (request.Path.Value!.TrimEnd('/') is "/api/domains" or "/v1/domains" || request.Path.Value.EndsWith("/verify", StringComparison.Ordinal)) ? RequestKind.Claims : RequestKind.Writes;
    }

    private static void Authorize(HttpContext context, Access access, Caller caller)
    {
        if (access.Surface == Surface.Operator && !(caller.IsOperator && caller.Scopes.HasFlag(Scopes.Admin)))
        {
            throw Fault.Forbidden("This needs an operator.");
        }

        if (access.Surface is not (Surface.Customer or Surface.Operator))
        {
            return;
        }

        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (access.Scope != Scopes.None && (caller.Scopes & (reads ? access.Scope | Scopes.Read : access.Scope)) == 0)
        {
            throw Fault.Forbidden("The token's scopes do not reach this.");
        }

        if (!reads && (caller.Role == UserRole.Reader || (access.OwnersOnly && caller.Role is not (UserRole.Owner or UserRole.Operator))))
        {
            throw Fault.Forbidden("The user's role does not allow this.");
        }
    }

    private async Task<Caller> LoginAsync(HttpContext context, Access access)
    {
        switch (access.Surface)
        {
            case Surface.Public:
                return Caller.Anonymous;
            case Surface.Host or Surface.ExpiredHost or Surface.Privileged:
                return await HostAsync(context, access.Surface);
            case Surface.Optional:
                return await TryLoginAsync(context) ?? Caller.Anonymous;
            case Surface.AlarmKey:
                return await TryAlarmKeyAsync(context) ?? await TryLoginAsync(context) ?? throw Unauthorized();
            default:
                return await TryLoginAsync(context) ?? throw Unauthorized();
        }
    }

    private static Fault Unauthorized() => new(FaultKind.Unauthorized, "Unauthorized");

    private static bool IsLegacy(HttpContext context) => context.Request.Path.StartsWithSegments("/api");

    private async Task<Caller?> TryLoginAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        var legacy = IsLegacy(context);
        var address = peers.Of(context);
        if (!headers.ContainsKey("Authorization"))
        {
            return legacy && LoginHeaders.TryReadHex(headers, out var hexName, out var hexPassword) ? await customers.ByPasswordAsync(hexName, hexPassword, address, legacy, context.RequestAborted)
                : legacy ? null : SocketPeer.Operator(context, peers);
        }

        if (LoginHeaders.TryReadBasic(headers.Authorization, out var name, out var password))
        {
            return await customers.ByPasswordAsync(name, password, address, legacy, context.RequestAborted);
        }

        return !legacy && LoginHeaders.TryReadBearer(headers.Authorization, out var token) ? await customers.ByTokenAsync(token, address) : null;
    }

    private async Task<Caller?> TryAlarmKeyAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey("Authorization") || context.Request.Headers.ContainsKey("X-uwsgi-it-username") || context.Request.Query["key"].ToString() is not { Length: > 0 } key)
        {
            return null;
        }

        return LegacyUid.TryRead(context.Request.RouteValues["uid"] as string, out var containerId) ? await customers.ByAlarmKeyAsync(key, containerId, peers.Of(context), context.RequestAborted) : null;
    }

    private async Task<Caller> HostAsync(HttpContext context, Surface surface)
    {
        var certificate = context.Connection.ClientCertificate;
        if (!hosts.HasCertificate(certificate, surface == Surface.ExpiredHost))
        {
            throw Fault.Forbidden();
        }

        var address = peers.Of(context);
        var caller = surface == Surface.Privileged ? await hosts.PrivilegedAsync(certificate!, address, context.RequestAborted) : await hosts.ServerAsync(certificate!, address, IsLegacy(context), context.RequestAborted);
        return caller ?? throw Fault.Forbidden(LegacyErrors.PlainForbidden);
    }
}
