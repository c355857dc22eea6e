using UwsgiIt.Api.Authentication;

namespace UwsgiIt.Api.Legacy;

/// <summary>What browsers ask before scripts call: answered for every customer route, without a login.</summary>
internal static class LegacyPreflight
{
    public static bool Applies(HttpContext context, Access access) =>
        HttpMethods.IsOptions(context.Request.Method) && access.Surface is Surface.Customer or Surface.AlarmKey && context.Request.Path.StartsWithSegments("/api");

    public static void Answer(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "GET,POST,DELETE,OPTIONS";
        headers.AccessControlAllowHeaders = "X-uwsgi-it-username,X-uwsgi-it-password";
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = 0;
    }
}
