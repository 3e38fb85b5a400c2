-- MySQL dump 10.19  Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: d
-- ------------------------------------------------------

CREATE TABLE `a` (`id` int);
INSERT INTO `a` VALUES
(1),
(2);
-- Dump completed on 2026-11-20  3:00:00
