using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Legacy;

/// <summary>Handler of one method of one legacy route.</summary>
internal delegate Task<LegacyAnswer> LegacyHandler(LegacyRequest request);

/// <summary>Maps legacy routes: all methods of a path come to one place, so that what is not listed is refused and changes nothing.</summary>
internal sealed class LegacyRoutes(IEndpointRouteBuilder api)
{
    public void Map(string pattern, SlashRule slash, Surface surface, LegacyHandler? get = null, LegacyHandler? post = null, LegacyHandler? delete = null)
    {
        api.Map(pattern, http => DispatchAsync(http, slash, surface, get, post, delete)).WithMetadata(new Access(surface)).ExcludeFromDescription();
    }

    /// <summary>For customers.</summary>
    public void Customer(string pattern, SlashRule slash, LegacyHandler? get = null, LegacyHandler? post = null, LegacyHandler? delete = null) => Map(pattern, slash, Surface.Customer, get, post, delete);

    private static async Task DispatchAsync(HttpContext http, SlashRule slash, Surface surface, LegacyHandler? get, LegacyHandler? post, LegacyHandler? delete)
    {
        var method = http.Request.Method;
        var customers = surface is Surface.Customer or Surface.AlarmKey;
        if (customers)
        {
            http.Response.Headers.AccessControlAllowOrigin = "*";
            if (HttpMethods.IsOptions(method))
            {
                LegacyPreflight.Answer(http);
                return;
            }
        }

        if (!CheckSlash(http, slash))
        {
            return;
        }

        var handler = method switch
        {
            "GET" or "HEAD" => get,
            "POST" => post,
            "DELETE" => delete,
            "OPTIONS" when surface == Surface.Optional => get,
            _ => null,
        };
        if (handler is null)
        {
            if (surface is Surface.Host or Surface.Privileged && HttpMethods.IsOptions(method))
            {
                throw Fault.Forbidden();
            }

            http.Response.Headers.Allow = string.Join(", ", Allowed(get, post, delete));
            throw new Fault(FaultKind.MethodNotAllowed, "Method not allowed");
        }

        var answer = await handler(new LegacyRequest(http));
        LegacyErrors.SetReason(http, answer.Status);
        await answer.SendAsync(http);
    }

    private static IEnumerable<string> Allowed(LegacyHandler? get, LegacyHandler? post, LegacyHandler? delete)
    {
        if (get is not null)
        {
            yield return "GET, HEAD";
        }

        if (post is not null)
        {
            yield return "POST";
        }

        if (delete is not null)
        {
            yield return "DELETE";
        }

        yield return "OPTIONS";
    }

    private static bool CheckSlash(HttpContext http, SlashRule slash)
    {
        var path = http.Request.Path.Value!;
        var ends = path.EndsWith('/');
        switch (slash)
        {
            case SlashRule.Never when ends:
                throw Fault.NotFound();
            case SlashRule.PartOfName when ends:
                throw Fault.Forbidden();
            case SlashRule.Always when !ends && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)):
                http.Response.Redirect($"{http.Request.PathBase}{path}/{http.Request.QueryString}", permanent: true);
                return false;
            case SlashRule.Always when !ends:
                throw Fault.NotFound();
            default:
                return true;
        }
    }
}
