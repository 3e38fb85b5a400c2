--
-- PostgreSQL database dump
--

\restrict RbEQx64LS7pDBJy17aPdqe6pQZxridmbu7jlYpiHyVO199eCNH1Y4ljaru2RdPh

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: a; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.a (
    id integer NOT NULL,
    t text
);


ALTER TABLE public.a OWNER TO postgres;

--
-- Name: b; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.b (
    l oid
);


ALTER TABLE public.b OWNER TO postgres;

--
-- Name: e; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.e (
    id integer
);


ALTER TABLE public.e OWNER TO postgres;

--
-- Name: 16397; Type: BLOB; Schema: -; Owner: postgres
--

SELECT pg_catalog.lo_create('16397');


ALTER LARGE OBJECT 16397 OWNER TO postgres;

--
-- Data for Name: a; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public.a VALUES (1, 'x');
INSERT INTO public.a VALUES (2, 'y');


--
-- Data for Name: b; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public.b VALUES (16397);


--
-- Data for Name: e; Type: TABLE DATA; Schema: public; Owner: postgres
--



--
-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -
--

BEGIN;

SELECT pg_catalog.lo_open('16397', 131072);
SELECT pg_catalog.lowrite(0, '\x616263');
SELECT pg_catalog.lo_close(0);

COMMIT;

--
-- Name: a a_pkey; Type: CONSTRAINT; Schema: public; Owner