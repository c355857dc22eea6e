namespace UwsgiIt.Router.FunctionalTests;

/// <summary>A real nginx with everything it writes in the environment's folder.</summary>
internal static class Nginx
{
    /// <summary>Starts it with this text inside <c>http { }</c>.</summary>
    public static void Start(RouterEnvironment router, string http, string name = "nginx")
    {
        File.SetUnixFileMode(router.Folder.Path, (UnixFileMode)Convert.ToInt32("755", 8));
        File.WriteAllText(router.Folder.File($"{name}.conf"), $$"""
            daemon off; pid {{router.Folder.File($"{name}.pid")}}; error_log stderr; worker_processes 1;
            events { worker_connections 256; }
            http { access_log off; client_body_temp_path {{router.Folder.File("body")}}; proxy_temp_path {{router.Folder.File("proxy")}}; fastcgi_temp_path {{router.Folder.File("fcgi")}};
              uwsgi_temp_path {{router.Folder.File("uwsgi")}}; scgi_temp_path {{router.Folder.File("scgi")}};
              {{http}} }
            """);
        router.Own(new ChildProcess("/usr/sbin/nginx", ["-p", router.Folder.Path, "-e", "stderr", "-c", router.Folder.File($"{name}.conf")]));
    }
}
